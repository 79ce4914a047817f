// Numbers as they are read: along an axis, and in a sentence.

const MINUS = "\u2212";

const formats = new Map<string, Intl.NumberFormat>();

/** A number with these decimals, at least and at most; formats are kept, they take long to make. */
function decimal(value: number, least: number, most: number): string {
  const key = `${least} ${most}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat("en-US", { minimumFractionDigits: least, maximumFractionDigits: most });
    formats.set(key, format);
  }
  return format.format(value);
}

export function whole(value: number): string {
  return decimal(value, 0, 0);
}

export function percent(part: number, of: number): string {
  return `${((100 * part) / Math.max(1, of)).toFixed(1)}%`;
}

/** A number in about `digits` significant digits. */
export function short(value: number, digits = 5): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return signed(value.toExponential(digits - 2).replace("e+", "e"));
  const decimals = Math.max(0, digits - Math.max(1, Math.floor(Math.log10(size || 1)) + 1));
  const written = decimal(value, 0, decimals);
  return signed(written);
}

function signed(written: string): string {
  return written.replaceAll("-", MINUS);
}

export interface Tick {
  value: number;
  words: string;
}

const STEPS = [1, 2, 2.5, 5, 10];

/** At most `count` round values within limits, and how they are written. */
export function ticks(low: number, high: number, count: number): Tick[] {
  const raw = (high - low) / Math.max(1, count);
  const largest = Math.max(Math.abs(low), Math.abs(high));
  if (count < 2 || !(raw > 1e-280 && raw < 1e280) || raw < 1e-12 * largest) return [];
  const exponent = Math.floor(Math.log10(raw));
  const factor = STEPS.find((step) => step * 10 ** exponent >= raw * (1 - 1e-9)) ?? 10;
  const decimals = Math.max(0, -exponent + (factor === 2.5 ? 1 : factor === 10 ? -1 : 0));
  const step = Number(`${factor}e${exponent}`);
  const found: number[] = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + 1e-9 * step; n++) found.push(n * step + 0); // no negative zero
  const plain = found.map((value) => decimal(value, decimals, decimals));
  const long = decimals > 8 || plain.some((words) => words.length > 10);
  return found.map((value, i) => {
    const words = long ? (value === 0 ? "0" : shortExponent(value, step)) : plain[i];
    return { value, words: signed(words === "-0" ? "0" : words) };
  });
}

function shortExponent(value: number, step: number): string {
  const digits = Math.max(0, Math.ceil(Math.log10(Math.abs(value) / step)));
  return value.toExponential(Math.min(12, digits)).replace("e+", "e");
}

/** Powers of ten within the limits of a logarithmic axis, given and returned as exponents. */
export function logTicks(low: number, high: number, count: number): Tick[] {
  const every = Math.max(1, Math.ceil((high - low) / Math.max(1, count)));
  const found: Tick[] = [];
  for (let n = Math.ceil(low / every - 1e-9) * every; n <= high + 1e-9; n += every) {
    found.push({ value: n, words: signed(Math.abs(n) <= 4 ? decimal(10 ** n, 0, 4) : `1e${n}`) });
  }
  return found;
}
