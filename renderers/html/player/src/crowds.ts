// Points as a density picture: those of the page, or the cells that stand for all points of a large run.

import type { Density, Run } from "./model.ts";
import { changeAt, Shown } from "./layer.ts";
import type { Layer } from "./layer.ts";
import { toDevice } from "./markers.ts";
import type { Where } from "./markers.ts";
import type { Palette } from "./palette.ts";
import { opacities, Pixels } from "./pixels.ts";
import type { Rgb } from "./themes.ts";
import type { Track } from "./track.ts";

/** The points of the page, as dots of a few whole pixels. */
export class Crowd implements Layer {
  private readonly pixels: Pixels;
  /** The upper left pixel of each point's dot; -1 for those outside. */
  private readonly corners: Int32Array;
  private readonly shown: Shown;
  private loaded = false;

  constructor(
    private readonly track: Track,
    where: Where,
    private readonly side: number,
    width: number,
    height: number,
  ) {
    const { sx, tx, sy, ty } = toDevice(where);
    this.corners = new Int32Array(where.places.length / 2).fill(-1);
    const counts = new Uint32Array(width * height);
    const reach = (side - 1) / 2;
    for (const point of where.visible) {
      const x = Math.floor(where.places[2 * point] * sx + tx - reach);
      const y = Math.floor(where.places[2 * point + 1] * sy + ty - reach);
      if (x < 0 || y < 0 || x + side > width || y + side > height) continue;
      const corner = y * width + x;
      this.corners[point] = corner;
      for (let dy = 0; dy < side; dy++) for (let dx = 0; dx < side; dx++) counts[corner + dy * width + dx]++;
    }
    this.pixels = new Pixels(width, height, opacities(counts));
    this.shown = new Shown(track);
  }

  show(state: number, opening: boolean, before: Palette, now: Palette): void {
    const differs = this.shown.differs(state, opening, before, now);
    if (!differs.at) return;
    const { track, pixels } = this;
    if (this.loaded && !differs.colours) {
      track.seek(state, (points, from, to) => {
        for (let i = 0; i < points.length; i++) {
          this.each(points[i], (pixel) => {
            pixels.add(pixel, now.colours[from[i]], -1);
            pixels.add(pixel, now.colours[to[i]], 1);
          });
        }
      });
    } else {
      track.seek(state);
      pixels.clear();
      for (let i = 0; i < this.corners.length; i++) {
        const colour = now.colours[track.labels[i]];
        this.each(i, (pixel) => pixels.add(pixel, colour, 1));
      }
      this.loaded = true;
    }
    pixels.clearStep();
    this.step(opening, before, now);
  }

  draw(context: CanvasRenderingContext2D, progress: number, ink: Rgb | null): void {
    this.pixels.shade(progress, ink);
    context.putImageData(this.pixels.image, 0, 0);
  }

  dispose(): void {
    this.loaded = false;
  }

  private step(opening: boolean, before: Palette, now: Palette): void {
    const { track, pixels } = this;
    const change = changeAt(track, opening);
    const old = before.key === now.key || opening ? null : Uint16Array.from(track.labels);
    for (let i = 0; i < change.points.length; i++) {
      const point = change.points[i];
      if (old) {
        old[point] = change.before[i];
        continue;
      }
      this.each(point, (pixel) => {
        pixels.addStep(pixel, before.colours[change.before[i]], -1);
        pixels.addStep(pixel, now.colours[track.labels[point]], 1);
      });
    }
    // Where the colours themselves change, so does every point.
    old?.forEach((label, point) => {
      this.each(point, (pixel) => {
        pixels.addStep(pixel, before.colours[label], -1);
        pixels.addStep(pixel, now.colours[track.labels[point]], 1);
      });
    });
  }

  private each(point: number, visit: (pixel: number) => void): void {
    const corner = this.corners[point];
    if (corner < 0) return;
    const { side, pixels } = this;
    for (let dy = 0; dy < side; dy++) for (let dx = 0; dx < side; dx++) visit(corner + dy * pixels.width + dx);
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
    const { width, height, totals, top } = density;
    const lone = Math.max(0.45, 1 - 0.14 * Math.log2(Math.max(2, top)));
    const alpha = Uint8Array.from(totals, (t) =>
      t && Math.round(255 * (lone + (1 - lone) * Math.min(1, Math.log(t + 1) / Math.log(top + 1)))),
    );
    this.pixels = new Pixels(width, height, alpha);
    [this.canvas.width, this.canvas.height] = [width, height];
    this.shares = new Uint8Array(width * height * run.k);
    const { entries, shares } = run.cells();
    for (let i = 0; i < entries.length; i++) this.shares[entries[i]] = shares[i];
    this.shown = new Shown(track);
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
