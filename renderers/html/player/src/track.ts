// The labels of a run at one state after another, kept up to date by what changes. Draws nothing.

import type { Labels, Run } from "./model.ts";

/** How points stand between the state before and this one. */
export interface Change {
  points: Uint32Array;
  /** Labels before and after, one for each of `points`. */
  before: Uint16Array;
  after: Labels;
}

const NONE: Change = { points: new Uint32Array(), before: new Uint16Array(), after: new Uint16Array() };

export class Track {
  /** The label of each point at `state`. */
  readonly labels: Uint16Array;
  state = 0;
  private readonly olds: (Uint16Array | undefined)[] = [];

  constructor(readonly run: Run) {
    this.labels = Uint16Array.from(run.labels);
  }

  /** Go to a state; `moved` hears of each change on the way, forward or back. */
  seek(state: number, moved?: (points: Uint32Array, from: ArrayLike<number>, to: ArrayLike<number>) => void): void {
    const { labels } = this;
    while (this.state < state) {
      const { points, before, after } = this.change(++this.state);
      for (let i = 0; i < points.length; i++) labels[points[i]] = after[i];
      moved?.(points, before, after);
    }
    while (this.state > state) {
      const { points, before, after } = this.change(this.state--);
      for (let i = 0; i < points.length; i++) labels[points[i]] = before[i];
      moved?.(points, after, before);
    }
  }

  /** What changed from the state before to `state`, which is this one or the next. */
  change(state: number): Change {
    if (state === 0) return NONE;
    const { points, labels: after } = this.run.states[state].delta();
    // The labels before are those of now when a state is first reached, which is always from below.
    const before = (this.olds[state] ??= Uint16Array.from(points, (point) => this.labels[point]));
    return { points, before, after };
  }
}
