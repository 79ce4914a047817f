// Where values lie on the plane of the picture, and back. Knows no pixels.

import type { Limits, PlaneHead } from "./head.ts";
import type { Points } from "./model.ts";

const SIDE = 32;
const GOLDEN = 0.6180339887498949;

/** The axes of a picture; places along a logarithmic one are decimal logarithms. */
export class Plane {
  readonly limits: Limits;
  readonly labels: [string, string];
  readonly logX: boolean;
  readonly logY: boolean;
  readonly units: [number, number] | null;
  readonly isLine: boolean;

  constructor(
    readonly points: Points,
    readonly head: PlaneHead,
  ) {
    this.logX = head.log.includes("x");
    this.logY = head.log.includes("y");
    this.labels = head.labels;
    this.units = head.units;
    this.limits = head.limits;
    this.isLine = head.kind === "line";
  }

  /** Whether a place on the plane says all about a value, so that borders are lines. */
  get isWhole(): boolean {
    return !this.logX && !this.logY && this.points.features <= 2;
  }

  /** Values a row has: features, or the two of a place. */
  get width(): number {
    return this.points.values ? this.points.features : 2;
  }

  /** Place row `row` of an array of centroids. */
  place(rows: Float64Array, row: number): [x: number, y: number] {
    const { head, points } = this;
    const at = row * this.width;
    if (!points.values) return [along(rows[at], this.logX), along(rows[at + 1], this.logY)];
    if (head.kind === "components" && head.basis && head.centre) {
      let [x, y] = [0, 0];
      for (let n = 0; n < points.features; n++) {
        const d = rows[at + n] - head.centre[n];
        x += d * head.basis[0][n];
        y += d * head.basis[1][n];
      }
      return [x, y];
    }
    const [a, b] = head.columns;
    const x = along(rows[at + a] * points.scale[a] + points.offset[a], this.logX);
    if (this.isLine) return [x, 0.5];
    return [x, along(rows[at + b] * points.scale[b] + points.offset[b], this.logY)];
  }

  /** Place all points: x and y as shares of the limits, so that float32 is fine enough. */
  placeAll(): Float32Array {
    const { points } = this;
    const rows = points.values ?? points.places ?? new Float64Array();
    const [xmin, xmax, ymin, ymax] = this.limits;
    const [across, up] = [1 / (xmax - xmin), 1 / (ymax - ymin)];
    const found = new Float32Array(2 * points.count);
    for (let i = 0; i < points.count; i++) {
      const [x, y] = this.place(rows, i);
      found[2 * i] = (x - xmin) * across;
      const height = this.isLine ? 0.15 + 0.7 * ((((points.row(i) ?? i) + 1) * GOLDEN) % 1) : y;
      found[2 * i + 1] = (height - ymin) * up;
    }
    return found;
  }

  /** Move row `row` of `rows` to a place on the plane; features that are not shown stay. */
  move(rows: Float64Array, row: number, x: number, y: number): void {
    const { head, points } = this;
    const at = row * this.width;
    if (!points.values) {
      rows[at] = back(x, this.logX);
      rows[at + 1] = back(y, this.logY);
    } else if (head.kind === "components" && head.basis) {
      const [wasX, wasY] = this.place(rows, row);
      for (let n = 0; n < points.features; n++) {
        rows[at + n] += (x - wasX) * head.basis[0][n] + (y - wasY) * head.basis[1][n];
      }
    } else {
      const [a, b] = head.columns;
      rows[at + a] = (back(x, this.logX) - points.offset[a]) / points.scale[a];
      if (!this.isLine) rows[at + b] = (back(y, this.logY) - points.offset[b]) / points.scale[b];
    }
  }
}

/**
 * Share of the limits' area that points would fill evenly, 0..1.
 *
 * The inverse participation ratio of their shares of 32 x 32 cells, as in renderers/plane/view.py.
 */
export function spreadOf(places: Float32Array): number {
  const cells = new Float64Array(SIDE * SIDE);
  const cell = (share: number) => Math.max(0, Math.min(SIDE - 1, Math.floor(share * SIDE)));
  for (let i = 0; i < places.length; i += 2) cells[cell(places[i + 1]) * SIDE + cell(places[i])]++;
  const squares = cells.reduce((sum, n) => sum + n * n, 0);
  return (places.length / 2) ** 2 / Math.max(1, squares) / SIDE ** 2;
}

/** The plane of two other columns, with limits of their values and 5% around them. */
export function planeOf(points: Points, a: number, b: number): Plane {
  const { values, features, names, offset, scale } = points;
  const limits: number[] = [];
  for (const n of [a, b]) {
    let [low, high] = [Infinity, -Infinity];
    for (let at = n; values && at < values.length; at += features) {
      const value = values[at] * scale[n] + offset[n];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    limits.push(...padded(low, high));
  }
  const [xmin, xmax, ymin, ymax] = limits;
  const [wide, high] = [xmax - xmin, ymax - ymin];
  return new Plane(points, {
    kind: "columns",
    columns: [a, b],
    centre: null,
    basis: null,
    labels: [names[a] ?? `feature ${a}`, names[b] ?? `feature ${b}`],
    limits: [xmin, xmax, ymin, ymax],
    log: "",
    units: Math.max(wide, high) <= 20 * Math.min(wide, high) ? [1, 1] : null,
  });
}

function padded(low: number, high: number): [number, number] {
  const largest = Math.max(Math.abs(low), Math.abs(high));
  if (high - low <= 1e-13 * largest || high === low) {
    const half = largest < 1e9 ? 0.5 : largest * 1e-3;
    return [low - half, high + half];
  }
  return [low - 0.05 * (high - low), high + 0.05 * (high - low)];
}

function along(value: number, logarithmic: boolean): number {
  return logarithmic ? Math.log10(value) : value;
}

function back(value: number, logarithmic: boolean): number {
  return logarithmic ? 10 ** value : value;
}
