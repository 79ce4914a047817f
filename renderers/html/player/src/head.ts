// The head of a payload as JSON, see docs/html.md. The build keeps these names; it shortens all others.

export const THEMES = ["light", "dark", "classic"] as const;
export type ThemeName = (typeof THEMES)[number];

/** xmin, xmax, ymin, ymax: places on the plane. */
export type Limits = [number, number, number, number];

/** What the head says of an array. */
export interface Section {
  at: number;
  bytes: number;
  coding: "raw" | "planes" | "delta" | "varint" | "gaps" | "xor";
  dtype: "float64" | "float32" | "uint32" | "uint16" | "uint8";
  shape: number[];
}

export interface PlaneHead {
  kind: "columns" | "components" | "line";
  columns: [number, number];
  centre: number[] | null;
  basis: [number[], number[]] | null;
  labels: [string, string];
  limits: Limits;
  log: "" | "x" | "y" | "xy";
  /** Lengths along the axes that are drawn equally long; null if each axis fills its side. */
  units: [number, number] | null;
}

export interface CellsHead {
  cells: Section | null;
  shares: Section | null;
}

export interface StateHead extends CellsHead {
  iteration: number;
  inertia: number | null;
  n_changed: number;
  shift: number | null;
  converged: boolean;
  counts: number[];
  /** What the points of each cluster weigh, if they have weights. */
  weights?: number[];
  centroids: Section;
  assigned_from: Section | null;
  changed: Section;
  labels: Section;
}

export interface PanelHead {
  title: string;
  k: number;
  colours: Record<ThemeName, string[]>;
  labels: Section;
  noise: boolean;
  steps: boolean;
  density: CellsHead | null;
  states: StateHead[];
}

export interface PointsHead {
  n: number;
  features: number;
  names: string[];
  shown: number;
  step: number;
  offset: number[];
  scale: number[];
  exact: boolean;
  continues: boolean;
  /** Whether they count by weights of their own. */
  weighted?: boolean;
  rows: Section | null;
  values: Section | null;
  base: number[] | null;
  exponent: number[] | null;
  places: Section | null;
  image: { height: number; width: number; alpha: Section | null; white: number } | null;
  density: { width: number; height: number; limits: Limits; totals: Section; top: number; unit?: number } | null;
}

/** What is told of each state if these are the best clusterings of one K after the other. */
export interface SweepHead {
  /** All K, in words. */
  ks: string;
  /** The state of the K that stands out, or null. */
  best: number | null;
  captions: string[];
  /** Name and value of each criterion. */
  figures: [name: string, value: string][][];
}

export interface Head {
  format: string;
  version: number;
  title: string;
  description: string;
  facts: Record<string, string>;
  theme: ThemeName | "auto";
  overlays: string[] | null;
  phases: boolean;
  points: PointsHead;
  plane: PlaneHead;
  panels: PanelHead[];
  sweep: SweepHead | null;
}
