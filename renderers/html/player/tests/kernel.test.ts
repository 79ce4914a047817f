import assert from "node:assert/strict";
import { test } from "node:test";
import { accumulate, formatFor, meanOf, nearest, span } from "../src/exact.ts";
import { assign, Lloyd } from "../src/kernel.ts";
import { drawPlusPlus, drawRandom, randomFrom } from "../src/starts.ts";

/** A float64 as integer * 2^-1074. */
function exactly(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  const magnitude = biased ? (fraction | (1n << 52n)) << BigInt(biased - 1) : fraction;
  return bits >> 63n ? -magnitude : magnitude;
}

/** Whether no float64 is nearer to sum / count than `value`, and a tie is even. */
function isNearest(value: number, sum: bigint, count: bigint): boolean {
  const view = new DataView(new ArrayBuffer(8));
  const away = (x: bigint) => {
    const d = x * count - sum;
    return d < 0n ? -d : d;
  };
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const mine = away(exactly(value));
  for (const step of [-1n, 1n]) {
    view.setBigUint64(0, BigInt.asUintN(64, bits + step));
    const other = view.getFloat64(0);
    if (!Number.isFinite(other)) continue;
    const theirs = away(exactly(other));
    if (theirs < mine || (theirs === mine && (bits & 1n) === 1n)) return false;
  }
  return true;
}

const kinds: Record<string, (random: () => number) => number> = {
  ordinary: (random) => random() * 10 - 5,
  integers: (random) => Math.floor(random() * 256),
  wild: (random) => (random() - 0.5) * 2 ** Math.floor(random() * 600 - 300),
  subnormal: (random) => Math.floor(random() * 1000 - 500) * 2 ** -1074,
  huge: (random) => (random() - 0.5) * 2 ** 1020,
  float32: (random) => Math.fround(random()),
};

for (const [name, kind] of Object.entries(kinds)) {
  test(`means of ${name} values are the nearest float64`, () => {
    const random = randomFrom(7);
    for (let round = 0; round < 200; round++) {
      const count = 1 + Math.floor(random() * 40);
      const values = Float64Array.from({ length: count }, () => kind(random));
      const format = formatFor(values, 0, 1, count);
      const sums = new Float64Array(format.levels);
      for (const value of values) accumulate(sums, 0, value, 1, format);
      const mean = meanOf(sums, 0, count, format);
      const sum = values.reduce((total, value) => total + exactly(value), 0n);
      assert.ok(isNearest(mean, sum, BigInt(count)), `${mean} of ${values.join()}`);
      for (const value of values) accumulate(sums, 0, value, -1, format);
      assert.ok(sums.every((limb) => limb === 0));
    }
  });
}

test("the span of a value", () => {
  assert.deepEqual(span(1), [0, 1]);
  assert.deepEqual(span(6), [1, 3]);
  assert.deepEqual(span(-0.75), [-2, 0]);
  assert.deepEqual(span(2 ** -1074), [-1074, -1073]);
  assert.deepEqual(span(3 * 2 ** -1040), [-1040, -1038]);
});

test("ties of a mean go to even", () => {
  assert.equal(nearest(2n ** 54n + 2n, 0, 1n), 2 ** 54);
  assert.equal(nearest(2n ** 54n + 6n, 0, 1n), 2 ** 54 + 8);
  assert.equal(nearest(1n, -1074, 2n), 0);
  assert.equal(nearest(3n, -1074, 2n), 2 * 2 ** -1074);
});

test("four points by hand, and the lowest label of equals", () => {
  const values = Float64Array.of(0, 0, 0, 2, 10, 0, 10, 2);
  const steps = [...new Lloyd(values, 2).run(Float64Array.of(0, 0, 0, 0, 10, 1))];
  assert.equal(steps.length, 4);
  assert.ok(steps[3].converged);
  assert.deepEqual([...steps[0].labels], [0, 0, 2, 2]);
  assert.deepEqual([...steps[1].centroids], [0, 1, 0, 0, 10, 1]);
  // Now the point at the origin is nearer to the empty cluster, which had kept its centroid.
  assert.deepEqual([...steps[2].changed], [0]);
});

test("labels for any number of features are those of the definition", () => {
  const random = randomFrom(3);
  for (const features of [1, 2, 3, 7]) {
    const draw = (count: number) => Float64Array.from({ length: count * features }, () => Math.floor(random() * 4));
    const [values, centroids] = [draw(300), draw(9)];
    const labels = new Uint16Array(300);
    assign(values, features, centroids, labels);
    labels.forEach((label, i) => {
      const distances = Array.from({ length: 9 }, (_, c) => {
        let total = 0;
        for (let n = 0; n < features; n++) total += (values[i * features + n] - centroids[c * features + n]) ** 2;
        return total;
      });
      assert.equal(label, distances.indexOf(Math.min(...distances)));
    });
  }
});

test("starts are different points at different positions", () => {
  const values = Float64Array.from({ length: 200 }, (_, i) => Math.floor(i / 20));
  for (const draw of [drawRandom, drawPlusPlus]) {
    const centroids = draw(values, 1, 10, randomFrom(1));
    assert.equal(new Set(centroids).size, 10);
  }
  assert.equal(drawPlusPlus(values, 1, 15, randomFrom(1)).length, 15);
  assert.equal(drawRandom(values, 1, 15, randomFrom(1)).length, 15);
});
