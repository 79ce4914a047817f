import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync, deflateRawSync } from "node:zlib";
import { fromBase64, gunzip } from "../src/bytes.ts";
import { decode } from "../src/coding.ts";
import type { Section } from "../src/head.ts";
import { inflate } from "../src/inflate.ts";
import { read } from "../src/payload.ts";
import { demo, Writer } from "./writer.ts";

function section(bytes: Uint8Array, coding: Section["coding"], dtype: Section["dtype"], ...shape: number[]): [Uint8Array<ArrayBuffer>, Section] {
  return [Uint8Array.from(bytes), { at: 0, bytes: bytes.length, coding, dtype, shape }];
}

test("planes hold the lowest byte of every value first", () => {
  const [bytes, head] = section(Uint8Array.of(1, 2, 0, 1), "planes", "uint16", 2);
  assert.deepEqual([...decode(bytes, head)], [1, 258]);
});

test("deltas run down each column, modulo the width", () => {
  // Columns 5, 3 and 65535, 0: differences 5, -2 and -1, 1, folded to 10, 3 and 1, 2.
  const [bytes, head] = section(Uint8Array.of(10, 3, 0, 0, 1, 2, 0, 0), "delta", "uint16", 2, 2);
  assert.deepEqual([...decode(bytes, head)], [5, 65535, 3, 0]);
  const wide = section(Uint8Array.of(1, 2, 0, 0, 0, 0, 0, 0), "delta", "uint32", 2);
  assert.deepEqual([...decode(...wide)], [2 ** 32 - 1, 0]);
});

test("gaps and varints", () => {
  const [bytes, head] = section(Uint8Array.of(3, 0x80, 1, 0xff, 0xff, 0xff, 0xff, 7), "gaps", "uint32", 3);
  assert.deepEqual([...decode(bytes, head)], [3, 131, 131 + 0x7fffffff]);
});

test("xor continues the state before, to the last bit", () => {
  const [before, now] = [Float64Array.of(1.5, -2, 1e300), Float64Array.of(1.5, 0.1, NaN)];
  const bits = new Uint8Array(24);
  const [a, b] = [new Uint8Array(before.buffer), new Uint8Array(now.buffer)];
  for (let i = 0; i < 24; i++) bits[(i % 8) * 3 + Math.floor(i / 8)] = a[i] ^ b[i];
  const [bytes, head] = section(bits, "xor", "float64", 3);
  assert.deepEqual(decode(bytes, head, before), now);
});

test("a section that reaches beyond the payload is told", () => {
  const [bytes, head] = section(Uint8Array.of(1, 2), "raw", "uint8", 3);
  assert.throws(() => decode(bytes, { ...head, bytes: 3 }), /incomplete/);
});

const samples: Record<string, Uint8Array> = {
  nothing: new Uint8Array(),
  zeros: new Uint8Array(100_000),
  text: new TextEncoder().encode("centroids and points, ".repeat(50)),
  noise: Uint8Array.from({ length: 70_000 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 255),
};

for (const [name, bytes] of Object.entries(samples)) {
  test(`the fallback unpacks ${name}`, async () => {
    for (const level of [0, 1, 9]) {
      const packed = Uint8Array.from(gzipSync(bytes, { level }));
      assert.deepEqual(inflate(packed), Uint8Array.from(bytes));
      assert.deepEqual(await gunzip(packed), Uint8Array.from(bytes));
    }
  });
}

test("the fallback knows fixed codes and optional parts of the header", () => {
  const text = new TextEncoder().encode("abcabcabc");
  const body = deflateRawSync(text, { strategy: 4 }); // Z_FIXED
  const header = [0x1f, 0x8b, 8, 4 | 8 | 16 | 2, 0, 0, 0, 0, 0, 255, 2, 0, 9, 9, 0x6e, 0, 0x63, 0, 1, 2];
  const packed = Uint8Array.from([...header, ...body, 0, 0, 0, 0, text.length, 0, 0, 0]);
  assert.deepEqual(inflate(packed), text);
});

test("damaged data is told", () => {
  const packed = Uint8Array.from(gzipSync(samples["text"]));
  assert.throws(() => inflate(packed.slice(0, 20)), /early|damaged/);
});

test("base64", () => {
  assert.deepEqual([...fromBase64("AAEC/w==")], [0, 1, 2, 255]);
});

test("a payload is read as it was written", () => {
  const showing = read(demo());
  assert.equal(showing.title, "</script> & \u2028");
  assert.deepEqual([...(showing.points.values ?? [])], [0, 0, 1, 0, 9, 4, 10, 4]);
  const [{ run }] = showing.panels;
  assert.deepEqual([...run.states[1].assignedFrom], [...run.states[0].centroids]);
  assert.deepEqual([...run.states[1].centroids], [0.5, 0, 9.5, 4]);
  assert.deepEqual([...run.states[2].delta().points], [1]);
  assert.equal(showing.points.row(2), 7);
});

test("another format, and a newer version, are refused", () => {
  assert.throws(() => read(demo({ format: "other" })), /not kmeans-engine run/);
  assert.throws(() => read(demo({ version: 2 })), /newer/);
  assert.throws(() => read(new Uint8Array(20)), /not a K-means run/);
  assert.equal(new Writer().finish({}).length % 1, 0);
});
