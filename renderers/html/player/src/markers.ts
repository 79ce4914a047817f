// Points as markers: by WebGL2, or on the canvas where that is missing.

import type { Placement } from "./camera.ts";
import { Gl, Markers } from "./gl.ts";
import type { MarkerLook } from "./gl.ts";
import { changeAt, Shown } from "./layer.ts";
import type { Layer } from "./layer.ts";
import { paint } from "./canvas.ts";
import type { Mark } from "./marks.ts";
import type { Palette } from "./palette.ts";
import { hexOf } from "./themes.ts";
import type { Rgb } from "./themes.ts";
import type { Change, Track } from "./track.ts";

export interface Where {
  places: Float32Array; // shares of the plane's limits
  visible: Uint32Array; // points within the box
  placement: Placement;
  ratio: number; // device pixels per pixel
}

/** How shares of the limits become device pixels from the corner of the box. */
export function toDevice({ placement, ratio }: Where): { sx: number; tx: number; sy: number; ty: number } {
  const { sx, tx, sy, ty } = placement.affine;
  const { left, top } = placement.box;
  return { sx: sx * ratio, tx: (tx - left) * ratio, sy: sy * ratio, ty: (ty - top) * ratio };
}

export class GlMarkers implements Layer {
  private readonly markers: Markers;
  private readonly shown: Shown;
  private change: Change | null = null;

  constructor(
    private readonly gl: Gl,
    private readonly track: Track,
    private readonly where: Where,
    private readonly look: MarkerLook,
  ) {
    this.markers = new Markers(gl.gl, where.places);
    this.markers.show(where.visible);
    this.shown = new Shown(track);
  }

  show(state: number, opening: boolean, before: Palette, now: Palette): void {
    const differs = this.shown.differs(state, opening, before, now);
    if (!differs.at) return;
    const near = this.change && Math.abs(state - this.track.state) === 1 && !opening;
    const passed: Uint32Array[] = this.change ? [this.change.points] : [];
    this.track.seek(state, (points) => passed.push(points));
    this.change = changeAt(this.track, opening);
    const { points, before: labels } = this.change;
    if (near) {
      for (const some of passed) this.markers.relabel(this.track.labels, some, points, labels);
    } else {
      this.markers.label(this.track.labels, points, labels);
    }
    if (differs.colours) this.markers.colour(before.colours, now.colours);
  }

  draw(context: CanvasRenderingContext2D, progress: number): void {
    const { width, height } = context.canvas;
    const { sx, tx, sy, ty } = toDevice(this.where);
    const affine = [(2 * sx) / width, (-2 * sy) / height, (2 * tx) / width - 1, 1 - (2 * ty) / height];
    this.gl.draw(this.markers, width, height, affine, progress, this.look);
    context.clearRect(0, 0, width, height);
    context.drawImage(this.gl.canvas, 0, 0, width, height, 0, 0, width, height);
  }

  dispose(): void {
    this.markers.dispose();
  }
}

export class CanvasMarkers implements Layer {
  private palettes: [Palette, Palette] | null = null;
  private change: Change | null = null;

  constructor(
    private readonly track: Track,
    private readonly where: Where,
    private readonly look: MarkerLook,
  ) {}

  show(state: number, opening: boolean, before: Palette, now: Palette): void {
    this.track.seek(state);
    this.change = changeAt(this.track, opening);
    this.palettes = [before, now];
  }

  draw(context: CanvasRenderingContext2D, progress: number): void {
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    if (!this.change || !this.palettes) return;
    const { sx, tx, sy, ty } = toDevice(this.where);
    const place = (x: number, y: number) => [x * sx + tx, y * sy + ty];
    paint(context, dotMarks(this.track, this.where, this.change, this.palettes, progress, place, this.look));
  }

  dispose(): void {
    this.change = null;
  }
}

/** Visible points as marks, one for each colour they have at a moment. */
export function dotMarks(
  track: Track,
  { visible, places }: Where,
  change: Change,
  [before, now]: [Palette, Palette],
  progress: number,
  place: (x: number, y: number) => number[],
  look: MarkerLook,
): Mark[] {
  const groups = new Map<string, number[]>();
  const add = (ink: string, point: number) => {
    const xy = place(places[2 * point], places[2 * point + 1]);
    const group = groups.get(ink);
    if (group) group.push(...xy);
    else groups.set(ink, xy);
  };
  const mix = (a: Rgb, z: Rgb) => hexOf([0, 1, 2].map((c) => a[c] + (z[c] - a[c]) * progress) as Rgb);
  const settled = now.colours.map((colour, c) => mix(before.colours[c] ?? colour, colour));
  const changing = new Map([...change.points].map((point, i) => [point, change.before[i]]));
  for (const point of visible) {
    const label = track.labels[point];
    const old = changing.get(point);
    add(old === undefined ? settled[label] : mix(before.colours[old], now.colours[label]), point);
  }
  return [...groups].map(([ink, xy]) => ({ kind: "dots", xy, ink, ...look }));
}
