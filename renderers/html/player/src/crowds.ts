// Points as pixels that follow the changes: those of the page, or the cells of all points of a large run.

import type { Density, Run } from "./model.ts";
import { changeAt, Shown } from "./layer.ts";
import type { Layer } from "./layer.ts";
import { toDevice } from "./dots.ts";
import type { Where } from "./dots.ts";
import type { Palette } from "./palette.ts";
import { Pixels } from "./pixels.ts";
import type { Stamp, Stamper } from "./stamps.ts";
import type { Rgb } from "./themes.ts";
import type { Track } from "./track.ts";

/** The points of the page, each of them a stamp: a marker, or a dot of a few whole pixels. */
export class Crowd implements Layer {
  private readonly pixels: Pixels;
  /** The pixel that each point's stamp is put at, and which one; -1 for points that are not seen. */
  private readonly pixelOf: Int32Array;
  private readonly stampOf: Uint8Array;
  private readonly stamps: Stamp[];
  private readonly margin: number;
  private readonly shown: Shown;
  private loaded = false;

  constructor(
    private track: Track,
    where: Where,
    make: Stamper,
    { width, height }: { width: number; height: number },
  ) {
    // Room around the picture, so that no stamp reaches beyond it.
    this.margin = make.reach + 1;
    const wide = width + 2 * this.margin;
    const high = height + 2 * this.margin;
    this.stamps = make.stamps(wide);
    const { sx, tx, sy, ty } = toDevice(where);
    const count = where.places.length / 2;
    this.pixelOf = new Int32Array(count).fill(-1);
    this.stampOf = new Uint8Array(count);
    const cover = new Uint32Array(wide * high);
    for (const point of where.visible) {
      const x = where.places[2 * point] * sx + tx + this.margin - make.shift;
      const y = where.places[2 * point + 1] * sy + ty + this.margin - make.shift;
      const [column, row] = [Math.floor(x), Math.floor(y)];
      if (column < make.reach || row < make.reach || column >= wide - make.reach || row >= high - make.reach) continue;
      this.pixelOf[point] = row * wide + column;
      this.stampOf[point] = make.choose(x - column, y - row);
      const { offsets, weights } = this.stamps[this.stampOf[point]];
      for (let i = 0; i < offsets.length; i++) cover[this.pixelOf[point] + offsets[i]] += weights[i];
    }
    this.pixels = new Pixels(wide, high, make.opacities(cover));
    this.shown = new Shown(track);
  }

  follow(track: Track): boolean {
    this.track = track;
    this.shown.follow(track);
    this.loaded = false;
    return true;
  }

  show(state: number, opening: boolean, before: Palette, now: Palette): void {
    const differs = this.shown.differs(state, opening, before, now);
    if (!differs.at) return;
    const { track, pixels } = this;
    if (this.loaded && !differs.colours) {
      track.seek(state, (points, from, to) => {
        for (let i = 0; i < points.length; i++) {
          this.stamp(points[i], now.colours[from[i]], -1);
          this.stamp(points[i], now.colours[to[i]], 1);
        }
      });
    } else {
      track.seek(state);
      pixels.clear();
      for (let i = 0; i < this.pixelOf.length; i++) this.stamp(i, now.colours[track.labels[i]], 1);
      this.loaded = true;
    }
    pixels.clearStep();
    this.step(opening, before, now);
  }

  draw(context: CanvasRenderingContext2D, progress: number, ink: Rgb | null): void {
    const changed = this.pixels.shade(progress, ink);
    if (!changed) return;
    const { left, top, width, height } = changed;
    context.putImageData(this.pixels.image, -this.margin, -this.margin, left, top, width, height);
  }

  dispose(): void {
    this.loaded = false;
  }

  private step(opening: boolean, before: Palette, now: Palette): void {
    const { track } = this;
    const { points, before: labels } = changeAt(track, opening);
    const turn = (point: number, was: number) => {
      this.stampStep(point, before.colours[was], -1);
      this.stampStep(point, now.colours[track.labels[point]], 1);
    };
    if (before.key === now.key || opening) {
      for (let i = 0; i < points.length; i++) turn(points[i], labels[i]);
      return;
    }
    // Where the colours themselves change, so does every point.
    const all = Uint16Array.from(track.labels);
    for (let i = 0; i < points.length; i++) all[points[i]] = labels[i];
    all.forEach((label, point) => turn(point, label));
  }

  private stamp(point: number, colour: Rgb, sign: 1 | -1): void {
    const pixel = this.pixelOf[point];
    if (pixel < 0) return;
    const { offsets, weights } = this.stamps[this.stampOf[point]];
    for (let i = 0; i < offsets.length; i++) this.pixels.add(pixel + offsets[i], colour, sign * weights[i]);
  }

  private stampStep(point: number, colour: Rgb, sign: 1 | -1): void {
    const pixel = this.pixelOf[point];
    if (pixel < 0) return;
    const { offsets, weights } = this.stamps[this.stampOf[point]];
    for (let i = 0; i < offsets.length; i++) this.pixels.addStep(pixel + offsets[i], colour, sign * weights[i]);
  }
}

/** All points of a run of which the page holds some: cells, and how clusters share them. */
export class Cells implements Layer {
  private readonly pixels: Pixels;
  private readonly canvas = document.createElement("canvas");
  private readonly shares: Uint8Array;
  private readonly olds: (Uint8Array | undefined)[] = [];
  private readonly shown: Shown;
  private state = 0;
  private loaded = false;

  constructor(
    private readonly run: Run,
    private readonly track: Track,
    private readonly density: Density,
    private readonly where: Where,
  ) {
    const { width, height, totals, top, unit } = density;
    const lone = Math.max(0.45, 1 - 0.14 * Math.log2(Math.max(2, top)));
    const alpha = Uint8Array.from(totals, (total) => {
      const t = total / unit;
      const faint = Math.sqrt(Math.min(1, Math.max(0.03, t))); // what weighs less than a point
      return total && Math.round(255 * faint * (lone + (1 - lone) * Math.min(1, Math.log(t + 1) / Math.log(top + 1))));
    });
    this.pixels = new Pixels(width, height, alpha);
    [this.canvas.width, this.canvas.height] = [width, height];
    this.shares = new Uint8Array(width * height * run.k);
    const { entries, shares } = run.cells();
    for (let i = 0; i < entries.length; i++) this.shares[entries[i]] = shares[i];
    this.shown = new Shown(track);
  }

  follow(): boolean {
    return false; // what all points do in another run is not known here
  }

  show(state: number, opening: boolean, before: Palette, now: Palette): void {
    const differs = this.shown.differs(state, opening, before, now);
    if (!differs.at) return;
    this.track.seek(state);
    this.seek(state, this.loaded && !differs.colours ? now : null);
    if (!this.loaded || differs.colours) {
      this.pixels.clear();
      this.shares.forEach((share, entry) => share && this.pixels.add(this.cell(entry), this.colour(entry, now), share));
      this.loaded = true;
    }
    this.pixels.clearStep();
    if (opening) {
      const nobody = before.colours[before.colours.length - 1];
      this.shares.forEach((share, entry) => share && this.turn(entry, nobody, share, this.colour(entry, now), share));
    } else if (state > 0) {
      const { entries, shares } = this.run.states[state].cells();
      entries.forEach((entry, i) => {
        const colour = this.colour(entry, now);
        this.turn(entry, colour, this.olds[state]?.[i] ?? 0, colour, shares[i]);
      });
    }
  }

  draw(context: CanvasRenderingContext2D, progress: number, ink: Rgb | null): void {
    this.pixels.shade(progress, ink);
    this.canvas.getContext("2d")?.putImageData(this.pixels.image, 0, 0);
    const { placement, ratio } = this.where;
    const [xmin, xmax, ymin, ymax] = this.density.limits;
    const [left, top] = placement.pixel(xmin, ymax);
    const [right, foot] = placement.pixel(xmax, ymin);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    const { left: x, top: y } = placement.box;
    context.drawImage(this.canvas, (left - x) * ratio, (top - y) * ratio, (right - left) * ratio, (foot - top) * ratio);
  }

  dispose(): void {
    this.loaded = false;
  }

  private seek(target: number, palette: Palette | null): void {
    while (this.state !== target) {
      const forward = this.state < target;
      const state = forward ? this.state + 1 : this.state;
      const { entries, shares } = this.run.states[state].cells();
      const olds = (this.olds[state] ??= Uint8Array.from(entries, (entry) => this.shares[entry]));
      const next = forward ? shares : olds;
      for (let i = 0; i < entries.length; i++) {
        const entry = entries[i];
        if (palette) this.pixels.add(this.cell(entry), this.colour(entry, palette), next[i] - this.shares[entry]);
        this.shares[entry] = next[i];
      }
      this.state += forward ? 1 : -1;
    }
  }

  private turn(entry: number, before: Rgb, was: number, now: Rgb, is: number): void {
    const cell = this.cell(entry);
    this.pixels.addStep(cell, before, -was);
    this.pixels.addStep(cell, now, is);
  }

  private cell(entry: number): number {
    return Math.floor(entry / this.run.k);
  }

  private colour(entry: number, { colours }: Palette): Rgb {
    return colours[entry % this.run.k];
  }
}
