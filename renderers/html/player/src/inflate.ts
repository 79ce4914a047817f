// Unpacks gzip where the browser has no DecompressionStream (RFC 1951 and 1952; Mark Adler's "puff").

const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

interface Code {
  counts: Uint16Array;
  symbols: Uint16Array;
}

/** The canonical Huffman code with these lengths. */
function codeOf(lengths: ArrayLike<number>): Code {
  const counts = new Uint16Array(16);
  const symbols = new Uint16Array(lengths.length);
  for (let i = 0; i < lengths.length; i++) counts[lengths[i]]++;
  const offsets = new Uint16Array(16);
  for (let bits = 1; bits < 15; bits++) offsets[bits + 1] = offsets[bits] + counts[bits];
  for (let i = 0; i < lengths.length; i++) if (lengths[i]) symbols[offsets[lengths[i]]++] = i;
  counts[0] = 0;
  return { counts, symbols };
}

class Bits {
  private held = 0;
  private holding = 0;

  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}

  take(count: number): number {
    while (this.holding < count) {
      if (this.at >= this.bytes.length) throw new Error("the compressed data ends too early");
      this.held |= this.bytes[this.at++] << this.holding;
      this.holding += 8;
    }
    const found = this.held & ((1 << count) - 1);
    this.held >>>= count;
    this.holding -= count;
    return found;
  }

  symbol({ counts, symbols }: Code): number {
    let [code, first, index] = [0, 0, 0];
    for (let bits = 1; bits <= 15; bits++) {
      code |= this.take(1);
      const count = counts[bits];
      if (code - count < first) return symbols[index + code - first];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Error("the compressed data is damaged");
  }

  align(): void {
    this.held = this.holding = 0;
  }
}

/** Unpack a gzip stream. */
export function inflate(packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const bits = new Bits(packed, afterHeader(packed));
  const size = new DataView(packed.buffer, packed.byteOffset).getUint32(packed.length - 4, true);
  const out = new Uint8Array(size);
  let at = 0;
  let last = 0;
  while (!last) {
    last = bits.take(1);
    const kind = bits.take(2);
    if (kind === 0) {
      bits.align();
      const length = packed[bits.at] | (packed[bits.at + 1] << 8);
      bits.at += 4;
      out.set(packed.subarray(bits.at, bits.at + length), at);
      bits.at += length;
      at += length;
    } else {
      const [literals, distances] = kind === 1 ? fixedCodes() : dynamicCodes(bits);
      at = block(bits, literals, distances, out, at);
    }
  }
  return out;
}

function block(bits: Bits, literals: Code, distances: Code, out: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const symbol = bits.symbol(literals);
    if (symbol < 256) {
      out[at++] = symbol;
    } else if (symbol === 256) {
      return at;
    } else {
      const length = LENGTHS[symbol - 257] + bits.take(LENGTH_BITS[symbol - 257]);
      const far = bits.symbol(distances);
      const extra = far < 2 ? 0 : (far >> 1) - 1;
      const distance = (far < 2 ? far : (2 + (far & 1)) << extra) + 1 + bits.take(extra);
      for (const end = at + length; at < end; at++) out[at] = out[at - distance];
    }
  }
}

function afterHeader(packed: Uint8Array): number {
  const flags = packed[3];
  let at = 10;
  if (flags & 4) at += 2 + packed[at] + (packed[at + 1] << 8);
  for (const text of [8, 16]) if (flags & text) while (packed[at++]);
  return flags & 2 ? at + 2 : at;
}

function fixedCodes(): [Code, Code] {
  const lengths = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280);
  return [codeOf(lengths), codeOf(new Uint8Array(30).fill(5))];
}

function dynamicCodes(bits: Bits): [Code, Code] {
  const [literals, distances, count] = [bits.take(5) + 257, bits.take(5) + 1, bits.take(4) + 4];
  const own = new Uint8Array(19);
  for (let i = 0; i < count; i++) own[ORDER[i]] = bits.take(3);
  const code = codeOf(own);
  const lengths = new Uint8Array(literals + distances);
  for (let i = 0; i < lengths.length; ) {
    const symbol = bits.symbol(code);
    if (symbol < 16) {
      lengths[i++] = symbol;
      continue;
    }
    const value = symbol === 16 ? lengths[i - 1] : 0;
    const times = symbol === 16 ? 3 + bits.take(2) : symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7);
    lengths.fill(value, i, i + times);
    i += times;
  }
  return [codeOf(lengths.subarray(0, literals)), codeOf(lengths.subarray(literals))];
}
