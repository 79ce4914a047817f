// What a page holds: points once, and of every state what changed. Knows no bytes and no page.

import type { Limits, PlaneHead, SweepHead, ThemeName } from "./head.ts";

export type Labels = Uint16Array | Uint8Array;

export interface Picture {
  height: number;
  width: number;
  alpha: Uint8Array | null;
  white: number;
}

/** The picture of all points where only some of them are on the page. */
export interface Density {
  width: number;
  height: number;
  limits: Limits;
  totals: Uint32Array;
  /** What a point counts for in them, on average. */
  unit: number;
  top: number;
}

export interface Points {
  /** Of the run, and on the page. */
  total: number;
  count: number;
  features: number;
  names: string[];
  offset: number[];
  scale: number[];
  /** (S, N), or (S, 2) places on the plane; one of the two. */
  values: Float64Array | null;
  places: Float64Array | null;
  exact: boolean;
  continues: boolean;
  /** Whether they count by weights of their own. */
  weighted: boolean;
  /** Where a point stands in the input: its row, counted from 0; null for a pixel. */
  row: (point: number) => number | null;
  step: number;
  picture: Picture | null;
  density: Density | null;
}

export interface State {
  iteration: number;
  inertia: number | null;
  nChanged: number;
  shift: number | null;
  converged: boolean;
  counts: number[];
  /** What the points of each cluster weigh, if they have weights. */
  weights?: number[];
  centroids: Float64Array;
  /** What the labels refer to. */
  assignedFrom: Float64Array;
  /** Points whose label differs from the state before, and their new labels. */
  delta: () => { points: Uint32Array; labels: Labels };
  /** Cells whose share differs from the state before: cell * k + cluster, and the new share of 255. */
  cells: () => { entries: Uint32Array; shares: Uint8Array };
}

/** What one run does to the points. Grows while it is computed in the page. */
export interface Run {
  k: number;
  /** Whether the last cluster are points that belong to none. */
  noise: boolean;
  /** Whether the states are steps of another algorithm, of which nothing is known but these. */
  steps: boolean;
  /** What is told of the states if each is the best clustering for one K, which is its iteration. */
  sweep: SweepHead | null;
  labels: Labels;
  states: State[];
  /** The clusters of each cell in the first state. */
  cells: () => { entries: Uint32Array; shares: Uint8Array };
  /** Whether it was computed here, and whether more states are to come. */
  own: boolean;
  complete: boolean;
}

export interface Panel {
  title: string;
  colours: Record<ThemeName, string[]>;
  run: Run;
}

export interface Showing {
  title: string;
  description: string;
  facts: Record<string, string>;
  theme: ThemeName | "auto";
  overlays: string[] | null;
  phases: boolean;
  points: Points;
  plane: PlaneHead;
  panels: Panel[];
}

export const NO_CELLS = { entries: new Uint32Array(), shares: new Uint8Array() };
