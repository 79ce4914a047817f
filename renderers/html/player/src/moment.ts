// What is on screen at a position of the time line: labels, borders and centroids in step. Draws nothing.

import type { Run, State } from "./model.ts";

/** The position before the first state: the initial centroids, and points without a cluster. */
export const OPENING = -1;
const ASSIGNING = 0.4; // share of an iteration in phases that the assignment takes

export type Phase = "start" | "state" | "assignment" | "update";

export interface Moment {
  /** The state that is shown, or on its way. */
  state: number;
  phase: Phase;
  /** 0..1 between the labels and borders of the state before and of this one. */
  colours: number;
  /** 0..1 between where this state's centroids come from and where they are. */
  motion: number;
}

/** The moment of a run at a position: whole numbers are states at rest. */
export function momentAt(run: Run, position: number, phases: boolean): Moment {
  const last = run.states.length - 1;
  if (position <= OPENING) return { state: 0, phase: "start", colours: 0, motion: 1 };
  if (position >= last) return { state: last, phase: "state", colours: 1, motion: 1 };
  const state = Math.ceil(position);
  const way = position - (state - 1);
  if (state === 0) return { state, phase: way < 1 ? "start" : "state", colours: eased(way), motion: 1 };
  if (way === 1) return { state, phase: "state", colours: 1, motion: 1 };
  if (!phases || isUpdate(run, state)) {
    const progress = eased(way);
    return { state, phase: phases ? "update" : "state", colours: progress, motion: progress };
  }
  if (way < ASSIGNING) return { state, phase: "assignment", colours: eased(way / ASSIGNING), motion: 0 };
  return { state, phase: "update", colours: 1, motion: eased((way - ASSIGNING) / (1 - ASSIGNING)) };
}

/** Whether a state has the labels of the one before: the first iteration of K-means has. */
export function isUpdate({ states, steps }: Run, state: number): boolean {
  return states[state].iteration === 1 && !steps;
}

/** Whether a cluster is there: while K grows, later ones are hidden in those that they come from. */
export function isThere({ states, sweep }: Run, { state }: Moment, cluster: number): boolean {
  return !sweep || cluster < states[state].iteration;
}

/** Whether points that changed are marked: not at rest at the K that stands out, as at the end of a film. */
export function marksChanges({ sweep }: Run, { state, colours }: Moment): boolean {
  return !sweep || state !== sweep.best || colours < 1;
}

/** The state that a moment's figures are those of: the one before until the centroids have arrived. */
export function figuresOf(moment: Moment): number {
  return moment.motion < 1 ? moment.state - 1 : moment.state;
}

/** Where the centroids are. */
export function centroidsAt(run: Run, { state, motion }: Moment): Float64Array {
  const { assignedFrom, centroids } = run.states[state];
  if (state === 0) return centroids;
  // What other algorithms have their labels from is what they have moved to.
  return mixed(run.steps ? run.states[state - 1].centroids : assignedFrom, centroids, motion);
}

/** What the borders lie between: they move with the colours. */
export function bordersAt(run: Run, { state, colours }: Moment): Float64Array {
  const now = run.states[state];
  const before = state ? run.states[state - 1] : now;
  return mixed(before.assignedFrom, now.assignedFrom, colours);
}

/** The state of a run, the last one if it has ended before. */
export function stateOf(run: Run, state: number): State {
  return run.states[Math.max(0, Math.min(state, run.states.length - 1))];
}

function mixed(one: Float64Array, other: Float64Array, share: number): Float64Array {
  if (share >= 1 || one === other) return other;
  if (share <= 0) return one;
  return one.map((value, i) => (Number.isNaN(value) ? other[i] : value * (1 - share) + other[i] * share));
}

/** The way made at time `t`, both 0..1: gently away, gently home. */
function eased(t: number): number {
  return t * t * (3 - 2 * t);
}
