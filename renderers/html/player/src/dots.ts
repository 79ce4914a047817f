// Where points are on the screen, and the points as marks, for files of vectors.

import type { Placement } from "./camera.ts";
import type { Mark } from "./marks.ts";
import type { Palette } from "./palette.ts";
import { hexOf } from "./themes.ts";
import type { Rgb } from "./themes.ts";
import type { Change, Track } from "./track.ts";

export interface Where {
  places: Float32Array; // shares of the plane's limits
  visible: Uint32Array; // points within the box, or so near that a marker reaches into it
  placement: Placement;
  ratio: number; // device pixels per pixel
}

/** How shares of the limits become device pixels from the corner of the box. */
export function toDevice({ placement, ratio }: Where): { sx: number; tx: number; sy: number; ty: number } {
  const { sx, tx, sy, ty } = placement.affine;
  const { left, top } = placement.box;
  return { sx: sx * ratio, tx: (tx - left) * ratio, sy: sy * ratio, ty: (ty - top) * ratio };
}

/** How points are drawn while they are few. */
export interface MarkerLook {
  radius: number;
  opacity: number;
  cross: boolean;
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
