// Runs that the reader starts: from centroids that were dragged, added, removed or drawn.

import { Lab } from "./lab.ts";
import type { Run, State } from "./model.ts";
import { NO_CELLS } from "./model.ts";
import { centroidsAt } from "./moment.ts";
import type { Method } from "./protocol.ts";
import type { Shared, Stage } from "./stage.ts";

const MOST_CLUSTERS = 1000;

export interface Hearer {
  /** A run, or what it would begin with, is to be shown. */
  drafted: () => void;
  /** A run begins, and later has grown. */
  began: () => void;
  grew: () => void;
  said: (words: string) => void;
}

export class Editor {
  private readonly lab: Lab;
  private centroids: Float64Array | null = null;
  private drafting = 0;

  constructor(
    private readonly shared: Shared,
    script: string,
    private readonly hearer: Hearer,
  ) {
    this.lab = new Lab(shared.points, script);
  }

  get available(): boolean {
    return this.shared.points.continues;
  }

  /** Move a centroid to a place on the plane; points and borders follow. */
  drag(stage: Stage, centroid: number, x: number, y: number): void {
    const centroids = (this.centroids ??= centroidsAt(stage.run, stage.moment).slice());
    this.shared.plane.move(centroids, centroid, x, y);
    this.preview(stage, centroids);
  }

  /** The hand rests: a run begins here. */
  drop(stage: Stage): void {
    const { centroids } = this;
    this.centroids = null;
    if (centroids) this.begin(stage, centroids);
  }

  /** Add a centroid at a place of the plane; other features are those of `like`, a point nearby. */
  add(stage: Stage, x: number, y: number, like: number): void {
    const before = centroidsAt(stage.run, stage.moment);
    const width = this.shared.points.features;
    const { values } = this.shared.points;
    if (stage.run.k >= MOST_CLUSTERS) return;
    const centroids = new Float64Array(before.length + width);
    centroids.set(before);
    if (values && like >= 0) centroids.set(values.subarray(like * width, (like + 1) * width), before.length);
    this.shared.plane.move(centroids, stage.run.k, x, y);
    this.hearer.said(`Centroid ${stage.run.k} added`);
    this.begin(stage, centroids);
  }

  remove(stage: Stage, centroid: number): void {
    if (stage.run.k < 2 || centroid < 0) return;
    const width = this.shared.points.features;
    const centroids = centroidsAt(stage.run, stage.moment).filter((_, at) => Math.floor(at / width) !== centroid);
    stage.chosen = -1;
    this.hearer.said(`Centroid ${centroid} removed; those after it have moved up`);
    this.begin(stage, centroids);
  }

  /** Start from k points that are drawn anew. */
  draw(stage: Stage, k: number, method: Method): void {
    const most = Math.min(MOST_CLUSTERS, this.shared.points.count);
    this.lab.draw(Math.max(1, Math.min(most, Math.round(k) || 1)), method, (centroids) => this.begin(stage, centroids));
  }

  /** Return to the run that the page was made with. */
  restore(stage: Stage): void {
    this.lab.stop();
    this.drafting++;
    stage.chosen = -1;
    stage.follow(stage.recorded);
    this.hearer.began();
  }

  private begin(stage: Stage, centroids: Float64Array): void {
    this.drafting++;
    this.lab.run(centroids, (run) => {
      const first = stage.run !== run;
      stage.follow(run);
      if (first) this.hearer.began();
      else this.hearer.grew();
    });
  }

  private preview(stage: Stage, centroids: Float64Array): void {
    const mine = this.drafting;
    const known = stage.cloud.track.labels;
    stage.follow(draftOf(centroids, known, this.shared.points.features));
    this.hearer.drafted();
    this.lab.preview(centroids, (labels) => {
      if (mine !== this.drafting || !this.centroids) return;
      stage.follow(draftOf(this.centroids, labels, this.shared.points.features));
      this.hearer.drafted();
    });
  }
}

/** A run of one state: centroids where the hand holds them, and labels as far as they are known. */
function draftOf(centroids: Float64Array, labels: Uint16Array, features: number): Run {
  const k = centroids.length / features;
  const counts = new Array<number>(k).fill(0);
  for (const label of labels) counts[label]++;
  const own = centroids.slice();
  const nothing = { points: new Uint32Array(), labels: new Uint16Array() };
  const state: State = {
    iteration: 0,
    inertia: null,
    nChanged: labels.length,
    shift: 0,
    converged: false,
    counts,
    centroids: own,
    assignedFrom: own,
    delta: () => nothing,
    cells: () => NO_CELLS,
  };
  return { k, noise: false, steps: false, sweep: null, labels, states: [state], cells: () => NO_CELLS, own: true, complete: false };
}
