// Sums without rounding and the float64 nearest to a mean. Knows no clusters.

const SIGNIFICAND = 53;

/** How the values of one feature are cut into limbs: integers that add up without rounding. */
export interface SumFormat {
  /** Every value is an integer multiple of 2^exponent. */
  exponent: number;
  /** Bits of a limb. */
  width: number;
  levels: number;
  /** 1 / weight of each limb, in two factors: 2^1074 alone is no float64. */
  down: Float64Array;
  downMore: Float64Array;
  /** Weight of each limb. */
  up: Float64Array;
}

const view = new DataView(new ArrayBuffer(8));

/** The exponent of the lowest bit that is set in a value, and that of the bit above its highest. */
export function span(value: number): [low: number, high: number] {
  view.setFloat64(0, value);
  const upper = view.getUint32(0);
  const biased = (upper >>> 20) & 0x7ff;
  const high = upper & 0xfffff;
  const low = view.getUint32(4);
  const exponent = Math.max(biased, 1) - 1075;
  const subnormal = high ? 64 - Math.clz32(high) : 32 - Math.clz32(low);
  const top = exponent + (biased > 0 ? SIGNIFICAND : subnormal);
  const zeros =
    low !== 0 ? 31 - Math.clz32(low & -low)
    : high !== 0 ? 63 - Math.clz32(high & -high)
    : SIGNIFICAND - 1;
  return [exponent + zeros, top];
}

/** Choose the format for the values of one feature, of which at most `count` are added. */
export function formatFor(values: Float64Array, feature: number, features: number, count: number): SumFormat {
  let low = Infinity;
  let high = -Infinity;
  for (let at = feature; at < values.length; at += features) {
    if (values[at] === 0) continue;
    const [least, most] = span(values[at]);
    if (least < low) low = least;
    if (most > high) high = most;
  }
  // Limbs are below 2^width, so that the sum of all of them is an exact float64.
  const width = SIGNIFICAND - Math.ceil(Math.log2(count + 1));
  const exponent = low === Infinity ? 0 : low;
  const levels = Math.max(1, Math.ceil((low === Infinity ? 1 : high - low) / width));
  const [down, downMore, up] = [new Float64Array(levels), new Float64Array(levels), new Float64Array(levels)];
  for (let level = 0; level < levels; level++) {
    const weight = exponent + width * level;
    const half = Math.trunc(weight / 2);
    down[level] = 2 ** -half;
    downMore[level] = 2 ** -(weight - half);
    up[level] = 2 ** weight;
  }
  return { exponent, width, levels, down, downMore, up };
}

/** Add `sign` times a value to the limbs that begin at `start`. */
export function accumulate(sums: Float64Array, start: number, value: number, sign: number, format: SumFormat): void {
  let rest = value;
  for (let level = format.levels - 1; level >= 0; level--) {
    const limb = Math.trunc(rest * format.down[level] * format.downMore[level]);
    sums[start + level] += sign * limb;
    rest -= limb * format.up[level];
  }
}

/** The float64 nearest to the mean of `count` values whose limbs begin at `start`; ties go to even. */
export function meanOf(sums: Float64Array, start: number, count: number, format: SumFormat): number {
  if (format.levels === 1 && format.exponent > -900) {
    // One division of exact numbers, far from underflow, is rounded once.
    return (sums[start] / count) * 2 ** format.exponent + 0;
  }
  let total = 0n;
  for (let level = format.levels - 1; level >= 0; level--) {
    total = (total << BigInt(format.width)) + BigInt(sums[start + level]);
  }
  return nearest(total, format.exponent, BigInt(count));
}

/** The float64 nearest to integer * 2^exponent / divisor; ties go to even. */
export function nearest(integer: bigint, exponent: number, divisor: bigint): number {
  if (integer === 0n) return 0;
  const negative = integer < 0n;
  const magnitude = negative ? -integer : integer;
  // A quotient of at least 55 bits, or what a subnormal number has room for.
  let shift = SIGNIFICAND + 2 - (bits(magnitude) - bits(divisor));
  shift = Math.min(shift, 1074 + exponent + 1);
  const [top, bottom] =
    shift >= 0 ? [magnitude << BigInt(shift), divisor] : [magnitude, divisor << BigInt(-shift)];
  let quotient = top / bottom;
  let scale = exponent - shift;
  const inexact = quotient * bottom !== top;
  // Cut to 53 bits, but nothing below 2^-1074, and round what was cut.
  const cut = Math.max(bits(quotient) - SIGNIFICAND, -1074 - scale, 0);
  if (cut > 0) {
    const rest = quotient & ((1n << BigInt(cut)) - 1n);
    const half = 1n << BigInt(cut - 1);
    quotient >>= BigInt(cut);
    scale += cut;
    if (rest > half || (rest === half && (inexact || (quotient & 1n) === 1n))) quotient += 1n;
  }
  const half = Math.trunc(scale / 2);
  const value = Number(quotient) * 2 ** half * 2 ** (scale - half);
  return negative ? -value : value;
}

function bits(value: bigint): number {
  const digits = value.toString(16);
  return value === 0n ? 0 : 4 * digits.length + 28 - Math.clz32(parseInt(digits[0], 16));
}
