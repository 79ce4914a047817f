// Points as integer sums of colours per pixel, which follow the changes. Knows no points and no labels.

import type { Box } from "./camera.ts";
import type { Rgb } from "./themes.ts";

const BELOW = [50 / 255, 0.35]; // of a pixel where some points change: least ink, and that of all of them

/** Sums of red, green, blue and weight for each pixel, and how they differ from the state before. */
export class Pixels {
  readonly image: ImageData;
  private readonly sums: Int32Array;
  private readonly step: Int32Array;
  private readonly moved: Int32Array; // weight that changes its cluster in this step
  private readonly touched: Uint8Array;
  private inStep: number[] = [];
  private dirty: number[] = [];
  private all = true;
  private painted = "";

  constructor(
    readonly width: number,
    readonly height: number,
    /** The opacity of each pixel, 0..255. */
    readonly alpha: Uint8Array,
  ) {
    const count = width * height;
    this.image = new ImageData(width, height);
    this.sums = new Int32Array(4 * count);
    this.step = new Int32Array(4 * count);
    this.moved = new Int32Array(count);
    this.touched = new Uint8Array(count);
  }

  /** Forget everything; all is painted again. */
  clear(): void {
    this.sums.fill(0);
    this.all = true;
  }

  /** Add a colour to a pixel, or take it away where the weight is negative. */
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

  /**
   * Paint what is not up to date at `progress` of the step; `ink` marks pixels with changes.
   *
   * Returns the part of the image that was painted, or null if none was.
   */
  shade(progress: number, ink: Rgb | null): Box | null {
    const { width, height, dirty } = this;
    const moment = this.inStep.length ? `${progress} ${String(ink)}` : "";
    if (moment !== this.painted) for (const pixel of this.inStep) dirty.push(pixel);
    this.painted = moment;
    let [left, right, top, foot] = [0, width - 1, 0, height - 1];
    if (this.all || dirty.length > this.alpha.length) {
      for (let pixel = 0; pixel < this.alpha.length; pixel++) this.shadeOne(pixel, progress, ink);
    } else {
      if (!dirty.length) return null;
      [left, right, top, foot] = [width, 0, height, 0];
      for (const pixel of dirty) {
        this.shadeOne(pixel, progress, ink);
        const column = pixel % width;
        const row = (pixel - column) / width;
        if (column < left) left = column;
        if (column > right) right = column;
        if (row < top) top = row;
        if (row > foot) foot = row;
      }
    }
    this.all = false;
    this.dirty = [];
    return { left, top, width: right - left + 1, height: foot - top + 1 };
  }

  private shadeOne(pixel: number, progress: number, ink: Rgb | null): void {
    const { sums, step } = this;
    const { data } = this.image;
    const at = 4 * pixel;
    if (sums[at + 3] === 0 && step[at + 3] === 0) {
      data[at + 3] = 0;
      return;
    }
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
