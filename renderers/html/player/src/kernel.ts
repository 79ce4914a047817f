// Lloyd's algorithm by the engine's definition: the same labels and means, bit for bit. Knows no page.

import { accumulate, formatFor, meanOf } from "./exact.ts";
import type { SumFormat } from "./exact.ts";

/** One state of a run, as what changed since the one before. */
export interface Step {
  iteration: number;
  centroids: Float64Array;
  assignedFrom: Float64Array;
  /** The points whose label is another than before, ascending, and their new labels. */
  changed: Uint32Array;
  labels: Uint16Array;
  nChanged: number;
  counts: number[];
  inertia: number;
  shift: number;
  converged: boolean;
}

/** Write the label of the nearest centroid of each point; of equal ones the lowest. */
export function assign(
  values: Float64Array, // in, (S, N)
  features: number,
  centroids: Float64Array, // in, (K, N)
  labels: Uint16Array, // out, (S,)
): void {
  if (features === 2) { assignPairs(values, centroids, labels); return; }
  const k = centroids.length / features;
  for (let i = 0, at = 0; i < labels.length; i++, at += features) {
    let least = Infinity;
    let label = 0;
    for (let c = 0, from = 0; c < k; c++, from += features) {
      let distance = 0;
      for (let n = 0; n < features; n++) {
        const t = values[at + n] - centroids[from + n];
        distance += t * t;
        if (distance >= least) break; // it never falls
      }
      if (distance < least) {
        least = distance;
        label = c;
      }
    }
    labels[i] = label;
  }
}

function assignPairs(values: Float64Array, centroids: Float64Array, labels: Uint16Array): void {
  for (let i = 0, at = 0; i < labels.length; i++, at += 2) {
    const x = values[at];
    const y = values[at + 1];
    let least = Infinity;
    let label = 0;
    for (let from = 0; from < centroids.length; from += 2) {
      const a = x - centroids[from];
      const b = y - centroids[from + 1];
      const distance = a * a + b * b;
      if (distance < least) {
        least = distance;
        label = from >> 1;
      }
    }
    labels[i] = label;
  }
}

/** The squared distance of a point from a centroid, summed from the left. */
export function squaredDistance(a: Float64Array, at: number, b: Float64Array, from: number, features: number): number {
  let total = 0;
  for (let n = 0; n < features; n++) {
    const t = a[at + n] - b[from + n];
    total += t * t;
  }
  return total;
}

/** Points that are clustered again and again. */
export class Lloyd {
  readonly count: number;
  private readonly formats: SumFormat[];
  private readonly starts: number[] = [];
  private readonly limbs: number;

  constructor(
    readonly values: Float64Array,
    readonly features: number,
  ) {
    this.count = values.length / features;
    this.formats = Array.from({ length: features }, (_, n) => formatFor(values, n, features, this.count));
    let limbs = 0;
    for (const { levels } of this.formats) {
      this.starts.push(limbs);
      limbs += levels;
    }
    this.limbs = limbs;
  }

  /** Every state of the run from these centroids, until they stay. */
  *run(initial: Float64Array): Generator<Step, void> {
    const { values, features, count } = this;
    const k = initial.length / features;
    const sums = new Float64Array(k * this.limbs);
    const counts = new Array<number>(k).fill(0);
    let labels: Uint16Array = new Uint16Array(count);
    let next: Uint16Array = new Uint16Array(count);
    let centroids = initial;
    assign(values, features, centroids, labels);
    for (let i = 0; i < count; i++) {
      counts[labels[i]]++;
      this.move(sums, labels[i], i, 1);
    }
    yield this.step(0, centroids, centroids, labels, Uint32Array.from(labels.keys()), counts);
    const seen = new Set([keyOf(centroids)]);
    for (let iteration = 1; ; iteration++) {
      assign(values, features, centroids, next);
      const changed = [];
      for (let i = 0; i < count; i++) {
        if (next[i] === labels[i]) continue;
        changed.push(i);
        counts[labels[i]]--;
        counts[next[i]]++;
        this.move(sums, labels[i], i, -1);
        this.move(sums, next[i], i, 1);
      }
      [labels, next] = [next, labels];
      const means = this.means(sums, counts, centroids);
      const step = this.step(iteration, means, centroids, labels, Uint32Array.from(changed), counts);
      yield step;
      const key = keyOf(means);
      if (step.converged || seen.has(key)) return;
      seen.add(key);
      centroids = means;
    }
  }

  private move(sums: Float64Array, label: number, point: number, sign: number): void {
    const at = label * this.limbs;
    for (let n = 0; n < this.features; n++) {
      accumulate(sums, at + this.starts[n], this.values[point * this.features + n], sign, this.formats[n]);
    }
  }

  private means(sums: Float64Array, counts: number[], before: Float64Array): Float64Array {
    const means = before.slice();
    for (let c = 0; c < counts.length; c++) {
      if (counts[c] === 0) continue;
      for (let n = 0; n < this.features; n++) {
        means[c * this.features + n] = meanOf(sums, c * this.limbs + this.starts[n], counts[c], this.formats[n]);
      }
    }
    return means;
  }

  private step(
    iteration: number,
    centroids: Float64Array,
    assignedFrom: Float64Array,
    labels: Uint16Array,
    changed: Uint32Array,
    counts: number[],
  ): Step {
    const { values, features } = this;
    let shift = 0;
    for (let at = 0; at < centroids.length; at += features) {
      shift = Math.max(shift, Math.sqrt(squaredDistance(assignedFrom, at, centroids, at, features)));
    }
    let inertia = 0;
    let lost = 0; // Neumaier's sum: as many digits as anybody reads
    for (let i = 0; i < labels.length; i++) {
      const term = squaredDistance(values, i * features, centroids, labels[i] * features, features);
      const sum = inertia + term;
      lost += inertia >= term ? inertia - sum + term : term - sum + inertia;
      inertia = sum;
    }
    return {
      iteration,
      centroids,
      assignedFrom,
      changed,
      labels: Uint16Array.from(changed, (i) => labels[i]),
      nChanged: changed.length,
      counts: counts.slice(),
      inertia: inertia + lost,
      shift,
      converged: iteration > 0 && centroids.every((value, at) => value === assignedFrom[at]),
    };
  }
}

function keyOf(centroids: Float64Array): string {
  return centroids.join();
}
