// The borders between clusters on the plane: edges of a Voronoi diagram. Draws nothing.

import type { Limits } from "./head.ts";

export type Edge = [x0: number, y0: number, x1: number, y1: number];

const MOST_SITES = 65_536;

interface Corner {
  x: number;
  y: number;
  /** The site beyond the edge that begins here; -1 for the frame. */
  beyond: number;
}

/**
 * The edges between the cells of `sites` (K pairs) within limits.
 *
 * Each cell is the frame, cut by the bisectors with the other sites, nearest first, until the rest
 * is too far away to reach it. Distances are Euclidean after a scaling of the axes.
 */
export function borders(sites: Float64Array, [xmin, xmax, ymin, ymax]: Limits, scaleX = 1, scaleY = 1): Edge[] {
  const k = sites.length / 2;
  const xs = Float64Array.from({ length: k }, (_, i) => sites[2 * i] * scaleX);
  const ys = Float64Array.from({ length: k }, (_, i) => sites[2 * i + 1] * scaleY);
  const frame = [xmin * scaleX, xmax * scaleX, ymin * scaleY, ymax * scaleY];
  const edges: Edge[] = [];
  const away = new Float64Array(k);
  const keys = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    let most = Number.MIN_VALUE;
    for (let j = 0; j < k; j++) {
      away[j] = (xs[j] - xs[i]) ** 2 + (ys[j] - ys[i]) ** 2;
      if (away[j] > most) most = away[j];
    }
    // Distance and site in one number each, since numbers are sorted without calling back.
    for (let j = 0; j < k; j++) keys[j] = Math.floor((away[j] / most) * 2 ** 36) * MOST_SITES + j;
    keys.sort();
    for (const { x, y, beyond, toX, toY } of sides(cell(i, xs, ys, frame, keys, away))) {
      // The border of two cells is drawn once.
      if (beyond > i) edges.push([x / scaleX, y / scaleY, toX / scaleX, toY / scaleY]);
    }
  }
  return edges;
}

function cell(i: number, xs: Float64Array, ys: Float64Array, frame: number[], keys: Float64Array, away: Float64Array): Corner[] {
  const [left, right, low, high] = frame;
  let corners: Corner[] = [
    { x: left, y: low, beyond: -1 },
    { x: right, y: low, beyond: -1 },
    { x: right, y: high, beyond: -1 },
    { x: left, y: high, beyond: -1 },
  ];
  for (const key of keys) {
    const j = key % MOST_SITES;
    if (away[j] === 0) {
      if (j < i) return []; // of two in one place the lower label has the cell
      continue;
    }
    let reach = 0;
    for (const { x, y } of corners) reach = Math.max(reach, (x - xs[i]) ** 2 + (y - ys[i]) ** 2);
    if (away[j] > 4 * reach) break;
    corners = cut(corners, xs[j] - xs[i], ys[j] - ys[i], (xs[i] + xs[j]) / 2, (ys[i] + ys[j]) / 2, j);
    if (!corners.length) break;
  }
  return corners;
}

/** What is left of a cell on this side of a bisector through (mx, my) at right angles to (dx, dy). */
function cut(corners: Corner[], dx: number, dy: number, mx: number, my: number, beyond: number): Corner[] {
  const side = ({ x, y }: Corner) => (x - mx) * dx + (y - my) * dy;
  const left: Corner[] = [];
  for (let c = 0; c < corners.length; c++) {
    const [one, next] = [corners[c], corners[(c + 1) % corners.length]];
    const [a, b] = [side(one), side(next)];
    if (a <= 0) left.push(one);
    if (a <= 0 === b <= 0) continue;
    const t = a / (a - b);
    const crossing = { x: one.x + (next.x - one.x) * t, y: one.y + (next.y - one.y) * t };
    // Leaving: the new edge begins here. Coming back: the old edge goes on.
    left.push({ ...crossing, beyond: a <= 0 ? beyond : one.beyond });
  }
  return left;
}

function sides(corners: Corner[]): (Corner & { toX: number; toY: number })[] {
  return corners.map((corner, c) => {
    const next = corners[(c + 1) % corners.length];
    return { ...corner, toX: next.x, toY: next.y };
  });
}
