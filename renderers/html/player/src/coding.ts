// The codings of a payload's sections; docs/html.md describes them.

import type { Section } from "./head.ts";

export type Numbers = Float64Array | Float32Array | Uint32Array | Uint16Array | Uint8Array;

const ARRAYS = {
  float64: Float64Array,
  float32: Float32Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
};

/** Decode a section; `before` is what an array coded as `xor` continues. */
export function decode(payload: Uint8Array<ArrayBuffer>, section: Section, before?: Float64Array): Numbers {
  const count = section.shape.reduce((product, n) => product * n, 1);
  const found = new ARRAYS[section.dtype](count);
  const bytes = payload.subarray(section.at, section.at + section.bytes);
  if (bytes.length !== section.bytes) throw new Error("the page is incomplete");
  switch (section.coding) {
    case "raw":
      bytesOf(found).set(bytes);
      break;
    case "planes":
    case "xor":
      fromPlanes(bytes, found);
      if (section.coding === "xor" && before) exclusiveOr(found, before);
      break;
    case "delta":
      fromDeltas(bytes, found, section.shape.length > 1 ? section.shape[1] : 1);
      break;
    case "varint":
    case "gaps":
      fromVarints(bytes, found, section.coding === "gaps");
      break;
    default:
      throw new Error(`the coding ${String(section.coding)} is not known to this player`);
  }
  return found;
}

function bytesOf(array: Numbers): Uint8Array {
  return new Uint8Array(array.buffer);
}

function fromPlanes(bytes: Uint8Array, found: Numbers): void {
  const out = bytesOf(found);
  const size = found.BYTES_PER_ELEMENT;
  for (let plane = 0, at = 0; plane < size; plane++) {
    for (let to = plane; to < out.length; to += size) out[to] = bytes[at++];
  }
}

function exclusiveOr(found: Numbers, before: Float64Array): void {
  const [own, old] = [bytesOf(found), bytesOf(before)];
  // A state may have other clusters than the one before; only what both have is continued.
  for (let i = 0; i < Math.min(own.length, old.length); i++) own[i] ^= old[i];
}

/** Columns by themselves, one after the other, as folded differences in planes of bytes. */
function fromDeltas(bytes: Uint8Array, found: Numbers, columns: number): void {
  const size = found.BYTES_PER_ELEMENT;
  const rows = found.length / columns;
  for (let column = 0; column < columns; column++) {
    const start = column * rows * size;
    for (let row = 0, value = 0; row < rows; row++) {
      let folded = 0;
      for (let plane = 0; plane < size; plane++) folded |= bytes[start + plane * rows + row] << (8 * plane);
      value += (folded >>> 1) ^ -(folded & 1);
      found[row * columns + column] = value; // modulo 2^b, as the array stores it
      value |= 0;
    }
  }
}

function fromVarints(bytes: Uint8Array, found: Numbers, gaps: boolean): void {
  let at = 0;
  let last = 0;
  for (let i = 0; i < found.length; i++) {
    let value = 0;
    let factor = 1;
    for (; bytes[at] & 128; factor *= 128) value += (bytes[at++] & 127) * factor;
    value += bytes[at++] * factor;
    last = gaps ? last + value : value;
    found[i] = last;
  }
}
