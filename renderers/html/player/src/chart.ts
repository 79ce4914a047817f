// The course of the runs beside the points, as marks: inertia, changed points, sizes of the clusters.

import type { Box } from "./camera.ts";
import type { Mark } from "./marks.ts";
import { fitted, widthOf } from "./marks.ts";
import type { Run, State } from "./model.ts";
import { figuresOf, isUpdate, stateOf } from "./moment.ts";
import type { Moment } from "./moment.ts";
import { short, whole } from "./numbers.ts";
import type { Theme } from "./themes.ts";

export interface Course {
  run: Run;
  moment: Moment;
  title: string;
}

const DASHES = [[], [0.5, 0.35], [0.17, 0.25], [0.75, 0.25, 0.17, 0.25]]; // in heights of the type

/** Where a state lies along the horizontal axis of the curve, and back. */
export function curveScale(box: Box, courses: Course[], size: number): { x: (state: number) => number; state: (x: number) => number } {
  const last = Math.max(1, ...courses.map(({ run }) => run.states.length - 1));
  const left = box.left + 0.4 * size;
  const width = box.width - 0.8 * size;
  return {
    x: (state) => left + (width * state) / last,
    state: (x) => ((x - left) / width) * last,
  };
}

/** Inertia after each iteration, and how many points changed in it. */
export function curveMarks(box: Box, courses: Course[], theme: Theme, size: number): Mark[] {
  const foot = box.top + box.height - 1.5 * size;
  const top = box.top + 1.6 * size;
  const line = Math.max(1, 0.08 * size);
  const { x } = curveScale(box, courses, size);
  const marks: Mark[] = [{ kind: "rect", box: { left: box.left, top: foot, width: box.width, height: line }, ink: theme.line }];
  const words = (text: string, at: number, y: number, anchor: "start" | "middle" | "end", ink = theme.muted): Mark => ({
    kind: "text", text, x: at, y, size, ink, anchor,
  });
  const base = foot + 1.3 * size;
  const longest = courses.reduce((a, b) => (b.run.states.length > a.run.states.length ? b : a)).run;
  const [first, final] = [longest.states[0], longest.states[longest.states.length - 1]].map(({ iteration }) => whole(iteration));
  marks.push(words(first, box.left, base, "start"));
  if (longest.states.length > 1) marks.push(words(final, box.left + box.width, base, "end"));
  if (box.width > 12 * size) marks.push(words(longest.sweep ? "K" : longest.steps ? "step" : "iteration", box.left + box.width / 2, base, "middle"));
  if (courses.length === 1) marks.push(...changedMarks(courses[0], theme, x, top, foot, size));
  const known = courses.filter(({ run }) => run.states.every(({ inertia }) => inertia !== null));
  const begun = Math.max(0, ...known.map(({ run }) => run.states[0].inertia ?? 0));
  // K-means never climbs; what other algorithms do does.
  const most = Math.max(Number.MIN_VALUE, ...known.flatMap(({ run }) => run.states.map(({ inertia }) => inertia ?? 0)));
  const y = (inertia: number) => foot - (inertia / most) * (foot - top);
  const heading = known.length ? `inertia, ${short(begun, 4)} at ${longest.sweep ? `K = ${first}` : "first"}` : "";
  marks.push(words(heading, box.left, box.top + size, "start"));
  const room = box.width - widthOf(heading, size) - 2.5 * size;
  if (courses.length === 1 && courses[0].run.states.length > 2 && widthOf("changed points", size) < room) {
    const right = box.left + box.width;
    marks.push(words("changed points", right, box.top + size, "end"));
    const left = right - widthOf("changed points", size) - 0.9 * size;
    const bar = { left, top: box.top + 0.2 * size, width: 0.5 * size, height: 0.85 * size };
    marks.push({ kind: "rect", box: bar, ink: theme.muted, opacity: 0.65 });
  }
  if (courses.length > 1) marks.push(...legendMarks(box, known, theme, size));
  known.forEach((course, i) => {
    const { run, moment } = course;
    const best = run.sweep?.best ?? null;
    if (best !== null) {
      marks.push({ kind: "polyline", xy: [x(best), top, x(best), foot], width: line, ink: theme.muted, dash: [0.35 * size, 0.25 * size] });
    }
    const xy = (states: number[]) => states.flatMap((state) => [x(state), y(run.states[state].inertia ?? 0)]);
    const all = [...run.states.keys()];
    const dash = DASHES[i % DASHES.length].map((length) => length * size);
    marks.push({ kind: "polyline", xy: xy(all), width: Math.max(1, 0.07 * size), ink: theme.line, dash });
    const from = figuresOf(moment);
    const way = moment.motion < 1 ? moment.motion : 0;
    const [one, other] = [stateOf(run, from), stateOf(run, from + 1)];
    const inertia = (one.inertia ?? 0) * (1 - way) + (other.inertia ?? 0) * way;
    const [dotX, dotY] = [x(from + way), y(inertia)];
    const told = [...xy(all.slice(0, from + 1)), dotX, dotY];
    if (courses.length === 1) marks.push({ kind: "area", xy: told, foot, ink: theme.text, opacity: 0.08 });
    marks.push({ kind: "polyline", xy: told, width: Math.max(1.5, 0.13 * size), ink: theme.text, dash });
    marks.push({ kind: "disc", x: dotX, y: dotY, radius: 0.42 * size, ink: theme.ground });
    marks.push({ kind: "disc", x: dotX, y: dotY, radius: 0.3 * size, ink: theme.text });
  });
  return marks;
}

/** Which line is which run, at the right, where curves have come down. */
function legendMarks(box: Box, courses: Course[], theme: Theme, size: number): Mark[] {
  const right = box.left + box.width;
  return courses.flatMap(({ title }, i): Mark[] => {
    const y = box.top + (2.9 + 1.5 * i) * size;
    const text = fitted(title, size, 0.6 * box.width);
    const left = right - widthOf(text, size) - 3.5 * size;
    const dash = DASHES[i % DASHES.length].map((length) => length * size);
    return [
      { kind: "polyline", xy: [left, y - 0.35 * size, left + 3 * size, y - 0.35 * size], width: Math.max(1.5, 0.13 * size), ink: theme.text, dash },
      { kind: "text", text, x: right, y, size, ink: theme.text, anchor: "end" },
    ];
  });
}

/** A bar for each iteration, in the lower third: the points that changed cluster. */
function changedMarks({ run, moment }: Course, theme: Theme, x: (state: number) => number, top: number, foot: number, size: number): Mark[] {
  const tells = run.states.map(({ iteration }, state) => iteration > 0 && !isUpdate(run, state));
  const most = Math.max(1, ...run.states.map(({ nChanged }, state) => (tells[state] ? nChanged : 0)));
  const width = Math.max(1, Math.min(0.7 * (x(1) - x(0)), size));
  const marks: Mark[] = [];
  run.states.forEach(({ nChanged }, state) => {
    if (!tells[state] || nChanged === 0) return;
    const height = Math.max(1, (0.3 * (foot - top) * nChanged) / most);
    const reached = state < moment.state ? 1 : state === moment.state ? moment.colours : 0;
    const box = { left: x(state) - width / 2, top: foot - height, width, height };
    marks.push({ kind: "rect", box, ink: theme.muted, opacity: 0.18 + 0.47 * reached });
  });
  return marks;
}

/** The sizes of the clusters: sorted bars with numbers, or columns where there is no room. */
export function sizeMarks(box: Box, { run, moment }: Course, colours: string[], theme: Theme, size: number): Mark[] {
  const counts = countsAt(run, moment);
  const row = Math.min(2.4 * size, box.height / run.k);
  const most = Math.max(...counts) || 1;
  if (row < 1.05 * size) return columnMarks(box, run, counts, most, colours, theme, size);
  const rank = ranksAt(run, moment);
  const words = (n: number) => (run.states[0].weights ? short(n) : whole(Math.round(n)));
  const left = box.left + widthOf(String(run.k - 1), size) + 0.7 * size;
  const room = box.left + box.width - left - widthOf(words(most), size) - 0.6 * size;
  return counts.flatMap((n, c): Mark[] => {
    if (run.sweep && n === 0) return []; // not there yet
    const top = box.top + rank[c] * row;
    const width = Math.max(1, (room * n) / most);
    const base = top + row / 2 + 0.36 * size;
    return [
      { kind: "text", text: nameOf(run, c), x: left - 0.5 * size, y: base, size, ink: theme.muted, anchor: "end" },
      { kind: "rect", box: { left, top: top + 0.12 * row, width, height: 0.76 * row }, ink: colours[c] },
      { kind: "text", text: words(n), x: left + width + 0.5 * size, y: base, size, ink: theme.text },
    ];
  });
}

/** The number of a cluster; points that are in none have a dash. */
function nameOf({ k, noise }: Run, cluster: number): string {
  return noise && cluster === k - 1 ? "\u2013" : String(cluster);
}

/** Columns, in the order of the clusters, with their numbers below where these fit. */
function columnMarks(box: Box, run: Run, counts: number[], most: number, colours: string[], theme: Theme, size: number): Mark[] {
  const step = Math.min(box.width / counts.length, 3 * size);
  const numbered = step > widthOf(String(counts.length - 1), size) + 2;
  const foot = box.top + box.height - (numbered ? 1.4 * size : 1);
  const gap = step > 4 ? 0.12 * step : 0;
  return counts.flatMap((n, c): Mark[] => {
    if (run.sweep && n === 0) return [];
    const height = Math.max(1, ((foot - box.top) * n) / most);
    const left = box.left + c * step;
    const bar: Mark = { kind: "rect", box: { left: left + gap, top: foot - height, width: step - 2 * gap, height }, ink: colours[c] };
    if (!numbered) return [bar];
    return [bar, { kind: "text", text: nameOf(run, c), x: left + step / 2, y: foot + 1.2 * size, size, ink: theme.muted, anchor: "middle" }];
  });
}

/** How large the clusters are: what their points weigh, or how many there are. */
function sizesOf(state: State): number[] {
  return state.weights ?? state.counts;
}

function countsAt(run: Run, { state, colours, phase }: Moment): number[] {
  const now = sizesOf(run.states[state]);
  const before = phase === "start" ? now.map(() => 0) : sizesOf(stateOf(run, state - 1));
  return now.map((n, c) => before[c] + (n - before[c]) * colours);
}

/** The place of each bar from the top, gliding from that of the state before. */
function ranksAt(run: Run, { state, colours, phase }: Moment): number[] {
  const ranks = (counts: number[]) => {
    const found: number[] = [];
    [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b).forEach((c, place) => (found[c] = place));
    return found;
  };
  const now = ranks(sizesOf(run.states[state]));
  const before = phase === "start" ? now : ranks(sizesOf(stateOf(run, state - 1)));
  return now.map((place, c) => before[c] + (place - before[c]) * colours);
}
