// What the page and its worker tell each other.

import type { Step } from "./kernel.ts";

export type Method = "random" | "k-means++";

export type Request =
  | { kind: "points"; values: Float64Array; features: number }
  | { kind: "assign"; id: number; centroids: Float64Array }
  | { kind: "draw"; id: number; k: number; method: Method; seed: number }
  | { kind: "run"; id: number; centroids: Float64Array }
  | { kind: "stop" };

export type Answer =
  | { kind: "labels"; id: number; labels: Uint16Array }
  | { kind: "drawn"; id: number; centroids: Float64Array }
  | { kind: "step"; id: number; step: Step }
  | { kind: "ended"; id: number };
