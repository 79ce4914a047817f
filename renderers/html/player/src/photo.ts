// A photograph, each pixel in the colour of its cluster's centroid.

import type { Picture } from "./model.ts";
import { changeAt } from "./layer.ts";
import type { Layer } from "./layer.ts";
import type { Palette } from "./palette.ts";
import type { Rgb } from "./themes.ts";
import type { Track } from "./track.ts";

export class Photo implements Layer {
  private readonly canvas = document.createElement("canvas");
  private readonly image: ImageData;
  private readonly colours: Uint32Array;
  /** The pixel of each point. */
  private readonly pixels: Uint32Array;
  private before: Uint16Array = new Uint16Array();
  private palettes: [Palette, Palette] | null = null;
  private painted = "";

  constructor(
    private track: Track,
    readonly picture: Picture,
  ) {
    const { width, height, alpha } = picture;
    [this.canvas.width, this.canvas.height] = [width, height];
    this.image = new ImageData(width, height);
    this.colours = new Uint32Array(this.image.data.buffer);
    const all = new Uint32Array(width * height).map((_, i) => i);
    this.pixels = alpha ? all.filter((pixel) => alpha[pixel] > 0) : all;
  }

  follow(track: Track): boolean {
    this.track = track;
    return true;
  }

  /** The point at a pixel, or -1. */
  pointAt(x: number, y: number): number {
    if (x < 0 || y < 0 || x >= this.picture.width || y >= this.picture.height) return -1;
    const pixel = Math.floor(y) * this.picture.width + Math.floor(x);
    return this.picture.alpha ? this.pixels.indexOf(pixel) : pixel;
  }

  /** Across and down, of a point. */
  pixelOf(point: number): [number, number] {
    const pixel = this.pixels[point];
    return [pixel % this.picture.width, Math.floor(pixel / this.picture.width)];
  }

  show(state: number, opening: boolean, before: Palette, now: Palette): void {
    this.track.seek(state);
    const { points, before: labels } = changeAt(this.track, opening);
    this.before = Uint16Array.from(this.track.labels);
    for (let i = 0; i < points.length; i++) this.before[points[i]] = labels[i];
    this.palettes = [before, now];
    this.painted = "";
  }

  draw(context: CanvasRenderingContext2D, progress: number): void {
    const { width, height } = context.canvas;
    this.paint(progress);
    context.clearRect(0, 0, width, height);
    context.imageSmoothingQuality = "high";
    context.drawImage(this.canvas, 0, 0, width, height);
  }

  dispose(): void {
    this.palettes = null;
  }

  private paint(progress: number): void {
    if (!this.palettes || this.painted === String(progress)) return;
    this.painted = String(progress);
    const [before, now] = this.palettes.map(({ colours }) => colours);
    // One colour for every pair of clusters that some pixel goes between.
    const mixes = new Map<number, number>();
    const { labels } = this.track;
    const { alpha } = this.picture;
    for (let i = 0; i < this.pixels.length; i++) {
      const pair = this.before[i] * 65536 + labels[i];
      let colour = mixes.get(pair);
      if (colour === undefined) mixes.set(pair, (colour = packed(before[this.before[i]], now[labels[i]], progress)));
      const pixel = this.pixels[i];
      this.colours[pixel] = alpha ? (colour & 0xffffff) | (alpha[pixel] << 24) : colour;
    }
    this.canvas.getContext("2d")?.putImageData(this.image, 0, 0);
  }
}

/** A colour between two, as the four bytes of a little-endian pixel. */
function packed(one: Rgb, other: Rgb, share: number): number {
  const [red, green, blue] = [0, 1, 2].map((c) => Math.round(one[c] + (other[c] - one[c]) * share));
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
