// What lies on top of the points, as marks: borders, changes, trails, centroids.

import type { Placement } from "./camera.ts";
import type { Mark } from "./marks.ts";
import type { Run } from "./model.ts";
import { bordersAt, centroidsAt, isThere } from "./moment.ts";
import type { Moment } from "./moment.ts";
import { mixed, readableOn } from "./themes.ts";
import type { Theme } from "./themes.ts";
import { borders } from "./voronoi.ts";

const NUMBERED_UP_TO = 60; // clusters; more numbers than that are confetti
const LEAST_NUMBER = 8; // pixels
const LEAST_SPREAD = 0.03; // where points lie on few places, centroids are as large as among points that fill this share
const LEAST_RADIUS = 3.2; // pixels, edges included; what is smaller shows no colour

export interface Drawn {
  run: Run;
  moment: Moment;
  placement: Placement;
  theme: Theme;
  unit: number;
  colours: string[];
  shown: ReadonlySet<string>;
  /** Pixels of changed points, and the radius of their markers. */
  changed: number[];
  radius: number;
  /** Share of the limits' area that points fill. */
  spread: number;
  /** The pixel of the point that is pointed at, or null. */
  pointed: [number, number] | null;
  /** The centroid that is dragged or chosen, or -1. */
  chosen: number;
}

/** The radius of a centroid, edges included, and the height of its number; 0 if it has none. */
export function centroidSize({ placement, theme, unit, run, shown, spread }: Drawn): { outer: number; type: number } {
  const { width, height } = placement.box;
  const crowded = 0.3 * Math.sqrt((Math.max(LEAST_SPREAD, spread) * width * height) / run.k);
  const rim = theme.edges.reduce((sum, [, edge]) => sum + Math.max(1, edge * unit), 0);
  const wish = Math.max(theme.centroidSize * unit, shown.has("numbers") ? LEAST_NUMBER / 1.15 + rim : 0);
  const outer = Math.max(LEAST_RADIUS, Math.min(wish, crowded));
  const type = 1.15 * (outer - rim);
  if (shown.has("numbers") && run.k <= NUMBERED_UP_TO && type >= LEAST_NUMBER - 1e-9) return { outer, type };
  if (theme.boxed) return { outer, type: 0 };
  return { outer: Math.max(LEAST_RADIUS, Math.min(0.65 * theme.centroidSize * unit, 0.6 * crowded)), type: 0 };
}

/** Everything on top of the points, clipped to their box but for the centroids. */
export function overlayMarks(drawn: Drawn): Mark[] {
  const { shown, placement } = drawn;
  const within: Mark[] = [];
  if (shown.has("borders")) within.push(...borderMarks(drawn));
  if (shown.has("changes")) within.push(...changeMarks(drawn));
  if (shown.has("trails")) within.push(...trailMarks(drawn));
  within.push(...centroidMarks(drawn));
  if (drawn.pointed) {
    const radius = Math.max(drawn.radius, 2) + Math.max(2, 0.35 * drawn.unit);
    within.push({ kind: "rings", xy: drawn.pointed, radius, width: Math.max(1.5, 0.25 * drawn.unit), ink: drawn.theme.text, opacity: 1 });
  }
  return [{ kind: "within", box: placement.box, marks: within }];
}

function borderMarks({ run, moment, placement, theme, unit }: Drawn): Mark[] {
  const { plane, limits, box } = placement;
  if (!plane.isWhole || run.k < 2) return [];
  const centroids = bordersAt(run, moment);
  if (!centroids.every(Number.isFinite)) return []; // clusters of another algorithm may have none
  const opacity = theme.borderOpacity * (moment.phase === "start" ? moment.colours : 1);
  const line = { width: Math.max(1, 0.14 * unit), ink: theme.text, opacity };
  // Clusters of other algorithms may have no centroid.
  const places = Array.from({ length: run.k }, (_, c) => plane.place(centroids, c)).filter((place) => place.every(Number.isFinite));
  const sites = Float64Array.from(places.flat());
  if (plane.isLine) {
    const xs = [...new Set(sites.filter((_, i) => i % 2 === 0))].sort((a, b) => a - b);
    const middles = xs.slice(1).map((x, i) => placement.pixel((x + xs[i]) / 2, 0)[0]);
    return [{ kind: "segments", edges: middles.map((x) => [x, box.top, x, box.top + box.height]), ...line }];
  }
  // At right angles in the units that are clustered.
  const [a, b] = plane.head.columns;
  const { scale } = plane.points;
  const edges = borders(sites, limits, 1 / scale[a], 1 / scale[b]).map(([x0, y0, x1, y1]) => [
    ...placement.pixel(x0, y0),
    ...placement.pixel(x1, y1),
  ]);
  return [{ kind: "segments", edges, ...line }];
}

function changeMarks({ moment, theme, unit, changed, radius }: Drawn): Mark[] {
  if (moment.phase === "update" || moment.phase === "start" || !changed.length) return [];
  const width = Math.min(Math.max(0.8, 0.16 * unit), 0.5 * radius);
  const opacity = 0.75 * Math.min(1, radius / 2.5) * moment.colours;
  return [{ kind: "rings", xy: changed, radius: radius + width, width, ink: theme.text, opacity }];
}

function trailMarks(drawn: Drawn): Mark[] {
  const { run, moment, placement, theme, unit, colours } = drawn;
  if (moment.state === 0 || run.sweep) return [];
  const core = Math.max(1, Math.min(0.3 * unit, 0.4 * centroidSize(drawn).outer));
  const casing = core + Math.max(1, 0.3 * unit);
  const ways = trails(run, moment, placement).map((xy) => (xy.every(Number.isFinite) ? xy : []));
  return [
    { kind: "segments", edges: ways, width: casing, ink: theme.ground, opacity: 0.55 },
    ...ways.map((xy, c): Mark => ({ kind: "polyline", xy, width: core, ink: mixed(colours[c], theme.text, 0.35) })),
  ];
}

/** The way of each centroid in pixels, up to where it is now; steps below half a pixel are left out. */
function trails(run: Run, moment: Moment, placement: Placement): number[][] {
  const { plane } = placement;
  const now = centroidsAt(run, moment);
  return Array.from({ length: run.k }, (_, c) => {
    const xy: number[] = [];
    const add = (centroids: Float64Array, last: boolean) => {
      const [x, y] = placement.pixel(...plane.place(centroids, c));
      if (!Number.isFinite(x + y)) return;
      const far = xy.length ? Math.abs(x - xy[xy.length - 2]) + Math.abs(y - xy[xy.length - 1]) : Infinity;
      if (far >= 0.5 || last) xy.push(x, y);
    };
    for (let state = 0; state < moment.state; state++) add(run.states[state].centroids, false);
    add(now, true);
    return xy;
  });
}

function centroidMarks(drawn: Drawn): Mark[] {
  const { run, moment, placement, theme, unit, colours, chosen } = drawn;
  const { outer, type } = centroidSize(drawn);
  const centroids = centroidsAt(run, moment);
  const { left, top, width, height } = placement.box;
  const marks: Mark[] = [];
  const order = [...Array(run.k).keys()].filter((c) => isThere(run, moment, c));
  if (order.includes(chosen)) order.push(...order.splice(chosen, 1)); // on top of all
  for (const c of order) {
    const [x, y] = placement.pixel(...placement.plane.place(centroids, c));
    if (!(x > left - outer && x < left + width + outer && y > top - outer && y < top + height + outer)) continue;
    if (c === chosen) marks.push({ kind: "disc", x, y, radius: outer + Math.max(3, 0.5 * unit), ink: theme.text, opacity: 0.25 });
    let radius = outer;
    for (const [ink, edge] of theme.edges) {
      marks.push({ kind: "disc", x, y, radius, ink });
      radius -= Math.min(Math.max(1, edge * unit), 0.3 * outer);
    }
    marks.push({ kind: "disc", x, y, radius, ink: colours[c] });
    if (!type) continue;
    const size = c > 99 ? 0.75 * type : type;
    marks.push({ kind: "text", text: String(c), x, y: y + 0.36 * size, size, ink: readableOn(colours[c]), anchor: "middle", bold: true });
  }
  return marks;
}
