// A density picture: sums of colours per pixel that follow the changes. Knows no points.

import type { Rgb } from "./themes.ts";

const BELOW = [50 / 255, 0.35]; // of a pixel where some points change: least ink, and that of all of them

/** Sums of red, green, blue and weight for each pixel, and how they differ from the state before. */
export class Pixels {
  readonly image: ImageData;
  private readonly sums: Float32Array;
  private readonly step: Float32Array;
  private readonly moved: Float32Array; // weight that changes its cluster in this step
  private readonly touched: Uint8Array;
  private inStep: number[] = [];
  private dirty: number[] = [];
  private all = true;

  constructor(
    readonly width: number,
    readonly height: number,
    /** The opacity of each pixel, 0..255. */
    readonly alpha: Uint8Array,
  ) {
    const count = width * height;
    this.image = new ImageData(width, height);
    this.sums = new Float32Array(4 * count);
    this.step = new Float32Array(4 * count);
    this.moved = new Float32Array(count);
    this.touched = new Uint8Array(count);
  }

  clear(): void {
    this.sums.fill(0);
    this.all = true;
  }

  add(pixel: number, [red, green, blue]: Rgb, weight: number): void {
    const { sums } = this;
    const at = 4 * pixel;
    sums[at] += red * weight;
    sums[at + 1] += green * weight;
    sums[at + 2] += blue * weight;
    sums[at + 3] += weight;
    if (!this.all) this.dirty.push(pixel);
  }

  /** Forget the step; the next `addStep` begins another. */
  clearStep(): void {
    for (const pixel of this.inStep) {
      this.step.fill(0, 4 * pixel, 4 * pixel + 4);
      this.moved[pixel] = this.touched[pixel] = 0;
      this.dirty.push(pixel);
    }
    this.inStep = [];
  }

  /** What `add` has put here came in this step. */
  addStep(pixel: number, [red, green, blue]: Rgb, weight: number): void {
    const { step } = this;
    const at = 4 * pixel;
    step[at] += red * weight;
    step[at + 1] += green * weight;
    step[at + 2] += blue * weight;
    step[at + 3] += weight;
    if (weight > 0) this.moved[pixel] += weight;
    if (this.touched[pixel]) return;
    this.touched[pixel] = 1;
    this.inStep.push(pixel);
  }

  /** Paint what is not up to date at `progress` of the step; `ink` marks pixels with changes. */
  shade(progress: number, ink: Rgb | null): void {
    const some = this.dirty.length + this.inStep.length;
    if (this.all || some > this.alpha.length / 2) {
      for (let pixel = 0; pixel < this.alpha.length; pixel++) this.shadeOne(pixel, progress, ink);
    } else {
      for (const pixel of this.dirty) this.shadeOne(pixel, progress, ink);
      for (const pixel of this.inStep) this.shadeOne(pixel, progress, ink);
    }
    this.all = false;
    this.dirty = [];
  }

  private shadeOne(pixel: number, progress: number, ink: Rgb | null): void {
    const { sums, step } = this;
    const { data } = this.image;
    const at = 4 * pixel;
    const back = progress - 1;
    const weight = sums[at + 3] + back * step[at + 3];
    let alpha = this.alpha[pixel];
    if (!(weight > 0)) alpha = 0;
    const scale = 1 / Math.max(1e-9, weight);
    let red = (sums[at] + back * step[at]) * scale;
    let green = (sums[at + 1] + back * step[at + 1]) * scale;
    let blue = (sums[at + 2] + back * step[at + 2]) * scale;
    if (ink && this.moved[pixel] > 0) {
      const share = progress * (BELOW[0] + BELOW[1] * Math.min(1, this.moved[pixel] * scale));
      red += (ink[0] - red) * share;
      green += (ink[1] - green) * share;
      blue += (ink[2] - blue) * share;
      alpha += (255 - alpha) * share;
    }
    data[at] = red;
    data[at + 1] = green;
    data[at + 2] = blue;
    data[at + 3] = alpha;
  }
}

/** How opaque pixels with these numbers of points are: a lone point is seen, the fullest half per cent saturates. */
export function opacities(counts: Uint32Array): Uint8Array {
  let most = 0;
  for (let i = 0; i < counts.length; i++) if (counts[i] > most) most = counts[i];
  const shades = new Uint8Array(most + 1);
  const pixels = new Float64Array(most + 1); // with so many points
  for (let i = 0; i < counts.length; i++) pixels[counts[i]]++;
  const filled = counts.length - pixels[0];
  let top = 2;
  for (let count = 1, below = 0; count <= most; below += pixels[count++]) {
    if (pixels[count] && below <= 0.995 * (filled - 1)) top = Math.max(2, count);
  }
  const lone = Math.max(0.45, 1 - 0.14 * Math.log2(top));
  for (let count = 1, below = 0; count <= most; below += pixels[count++]) {
    // Logarithms alone leave heavy tails dark, ranks alone flatten even crowds: half each.
    const shade = 0.5 * (below / filled) + 0.5 * Math.min(1, Math.log(count) / Math.log(top));
    shades[count] = Math.round(255 * (lone + (1 - lone) * (count >= top ? 1 : shade)));
  }
  return Uint8Array.from(counts, (count) => shades[count]);
}
