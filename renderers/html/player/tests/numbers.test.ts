import assert from "node:assert/strict";
import { test } from "node:test";
import { ticks } from "../src/numbers.ts";

test("axes of any size have ticks", () => {
  for (let exponent = -270; exponent <= 270; exponent++) {
    const size = Number(`1e${exponent}`);
    const found = ticks(-size, 1.3 * size, 6);
    assert.ok(found.length >= 3, String(size));
    assert.ok(found.every(({ words }) => words.length <= 10), String(size));
  }
});

test("zero has no sign", () => {
  for (const [low, high] of [[-0.04, 0.9], [-0.3, 1.2], [-5, 5], [-0.5e-20, 1e-20]]) {
    const zero = ticks(low, high, 6).find(({ value }) => value === 0);
    assert.match(zero?.words ?? "", /^0(\.0+)?$/);
  }
});
