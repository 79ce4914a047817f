// What stands around the points of a panel, as marks: lines, ticks, labels. Finds the box of the points.

import type { Box, Placement } from "./camera.ts";
import { fitted, widthOf } from "./marks.ts";
import type { Mark } from "./marks.ts";
import { logTicks, ticks } from "./numbers.ts";
import type { Tick } from "./numbers.ts";
import type { Plane } from "./plane.ts";
import type { Theme } from "./themes.ts";

/** Type sizes and other lengths that follow the size of the player. */
export interface Measures {
  unit: number; // a hundredth of the height, or of three quarters of the width
  tick: number;
  label: number;
  note: number;
}

export function measuresOf(width: number, height: number): Measures {
  const unit = Math.min(height, 0.75 * width) / 100;
  return {
    unit: Math.max(unit, 4),
    tick: Math.max(10, 1.9 * unit),
    label: Math.max(11, 2.2 * unit),
    note: Math.max(11, 1.9 * unit),
  };
}

/** Whether a panel has room for more than points. */
export function hasAxes(width: number, height: number): boolean {
  return width >= 200 && height >= 150;
}

/** The box of the points within a panel. */
export function boxOf(width: number, height: number, plane: Plane, { tick, label, unit }: Measures): Box {
  const margin = Math.round(Math.max(6, 1.2 * unit));
  if (!hasAxes(width, height)) {
    return { left: 1, top: 1, width: Math.max(1, width - 2), height: Math.max(1, height - 2) };
  }
  const [xLabel, yLabel] = plane.labels;
  const under = 1.8 * tick + (xLabel ? 1.35 * label : 0);
  const rough = height - margin - under;
  const widest = Math.max(0, ...yTicks(plane.limits, plane, rough, tick).map(({ words }) => widthOf(words, tick)));
  const beside = (widest ? widest + tick : 0) + (yLabel ? 1.5 * label : 0);
  const left = Math.round(Math.max(beside, margin));
  return {
    left,
    top: margin,
    width: Math.max(1, Math.round(width - left - 1.6 * tick)),
    height: Math.max(1, Math.round(height - margin - under)),
  };
}

function yTicks(limits: readonly number[], plane: Plane, height: number, size: number): Tick[] {
  if (plane.isLine) return [];
  const count = Math.min(7, Math.floor(height / (3.5 * size)));
  return plane.logY ? logTicks(limits[2], limits[3], count) : ticks(limits[2], limits[3], count);
}

/** As many ticks as stand side by side without touching. */
function xTicks(limits: readonly number[], plane: Plane, width: number, size: number): Tick[] {
  for (let count = Math.min(9, Math.floor(width / (3 * size))); count > 1; count--) {
    const found = plane.logX ? logTicks(limits[0], limits[1], count) : ticks(limits[0], limits[1], count);
    if (found.reduce((sum, { words }) => sum + widthOf(words, size) + 1.5 * size, 0) <= width) return found;
  }
  return [];
}

export function axisMarks(placement: Placement, theme: Theme, { tick, label, unit }: Measures, width: number): Mark[] {
  const { box, plane, limits } = placement;
  const line = Math.max(1, 0.14 * unit);
  const foot = box.top + box.height;
  const marks: Mark[] = [
    { kind: "rect", box: { left: box.left - line, top: foot, width: box.width + line, height: line }, ink: theme.line },
    { kind: "rect", box: { left: box.left - line, top: box.top, width: line, height: box.height }, ink: theme.line },
  ];
  if (theme.boxed) {
    const { left, top } = box;
    marks.push({ kind: "rect", box: { left, top, width: box.width, height: line }, ink: theme.line });
    marks.push({ kind: "rect", box: { left: left + box.width, top, width: line, height: box.height + line }, ink: theme.line });
  }
  const out = theme.boxed ? 0.35 * tick : 0;
  for (const { value, words } of yTicks(limits, plane, box.height, tick)) {
    const [, y] = placement.pixel(limits[0], value);
    if (y < box.top - 1 || y > foot + 1) continue;
    if (out) marks.push({ kind: "rect", box: { left: box.left - line - out, top: y, width: out, height: line }, ink: theme.line });
    marks.push({ kind: "text", text: words, x: box.left - 0.55 * tick - out, y: y + 0.36 * tick, size: tick, ink: theme.muted, anchor: "end" });
  }
  for (const { value, words } of xTicks(limits, plane, box.width, tick)) {
    const [x] = placement.pixel(value, limits[2]);
    if (x < box.left - 1 || x > box.left + box.width + 1) continue;
    if (out) marks.push({ kind: "rect", box: { left: x, top: foot, width: line, height: out }, ink: theme.line });
    const at = Math.min(x, width - widthOf(words, tick) / 2 - 1);
    marks.push({ kind: "text", text: words, x: at, y: foot + out + 1.3 * tick, size: tick, ink: theme.muted, anchor: "middle" });
  }
  const [xLabel, yLabel] = plane.labels;
  if (xLabel) {
    const text = fitted(xLabel, label, box.width);
    const y = foot + out + 1.55 * tick + label;
    marks.push({ kind: "text", text, x: box.left + box.width / 2, y, size: label, ink: theme.text, anchor: "middle" });
  }
  if (yLabel) {
    const text = fitted(yLabel, label, box.height);
    marks.push({ kind: "text", text, x: label, y: box.top + box.height / 2, size: label, ink: theme.text, anchor: "middle", turned: true });
  }
  return marks;
}
