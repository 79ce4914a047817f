// What is told in words: the step that is on screen, what the picture is of, how a race ends.

import type { Panel, Points, Run, Showing } from "./model.ts";
import { stateOf } from "./moment.ts";
import type { Moment } from "./moment.ts";
import { short, whole } from "./numbers.ts";

const SAME = 1e-9; // the last digits of a sum depend on who sums
const JOIN = "assign: every point joins its nearest centroid";
const UPDATE = "update: centroids move to the means of their points";

/** The step on screen, in the words of renderers/picture/caption.py. */
export function captionOf(run: Run, points: Points, moment: Moment, start: string): string {
  const { state, phase } = moment;
  const { iteration, nChanged, converged } = run.states[state];
  const last = state === run.states.length - 1 && run.complete && moment.motion >= 1;
  if (run.sweep) return run.sweep.captions[state];
  if (run.steps) return stepOf(run, points, moment, last);
  if (phase === "start") {
    if (moment.colours) return JOIN;
    return [count(run.k, "initial centroid"), run.own ? "" : start].filter(Boolean).join(", ");
  }
  if (iteration === 0) return JOIN;
  if (last) {
    const after = count(iteration, "iteration");
    if (converged) return `converged after ${after}`;
    return run.own ? `ended after ${after}: an earlier state has come back` : `stopped after ${after}, before convergence`;
  }
  if (phase === "update" || iteration === 1) return UPDATE;
  const changed = changesOf(nChanged, points);
  return phase === "assignment" ? `assign: ${changed}` : `${changed}, centroids follow`;
}

/** What a step of an algorithm that nobody knows has done. */
function stepOf(run: Run, points: Points, moment: Moment, last: boolean): string {
  const { state, phase, colours } = moment;
  if (phase === "start" && !colours) return `${count(points.total, "point")}, not yet clustered`;
  const { iteration, nChanged } = run.states[state];
  if (last) return [grouped(run, state), iteration ? `after ${count(iteration, "step")}` : ""].filter(Boolean).join(" ");
  const step = `step ${whole(iteration)}`;
  if (iteration === 0) return `${step}: points have their first clusters`;
  return `${step}: ${changesOf(nChanged, points)}`;
}

function changesOf(changed: number, points: Points): string {
  if (!changed) return "no point changes cluster";
  return `${whole(changed)} of ${count(points.total, "point")} change${changed === 1 ? "s" : ""} cluster`;
}

/** How many clusters a step has, and how many points are in none. */
function grouped({ states, k, noise }: Run, state: number): string {
  const { counts } = states[state];
  const words = count(counts.filter((n, c) => n > 0 && !(noise && c === k - 1)).length, "cluster");
  return noise ? `${words}, ${count(counts[k - 1], "point")} in none` : words;
}

/** The name of a cluster. */
export function clusterOf({ k, noise }: Run, label: number): string {
  return noise && label === k - 1 ? "in no cluster" : `cluster ${label}`;
}

/** How far a run has come, for the title of its panel in a race. */
export function standing(run: Run, moment: Moment, rivals: Run[]): string {
  const { inertia, iteration, converged } = run.states[moment.state];
  const told = inertia === null ? "" : `inertia ${short(inertia)}`;
  const over = moment.state === run.states.length - 1 && moment.motion >= 1 && run.complete;
  if (!over) return told;
  if (run.steps) return [verdict(run, rivals), told, grouped(run, moment.state)].filter(Boolean).join(", ");
  return [verdict(run, rivals), told, `${converged ? "converged" : "stopped"} after ${count(iteration, "iteration")}`]
    .filter(Boolean)
    .join(", ");
}

function verdict(run: Run, rivals: Run[]): string {
  const [own, ...others] = [run, ...rivals].map((rival) => (rival.complete ? stateOf(rival, Infinity).inertia : null));
  if (own === null || others.some((other) => other === null)) return "";
  const best = Math.min(...others.map(Number));
  if (Math.abs(own - best) <= SAME * Math.abs(best)) return "ties";
  return own < best ? "wins" : "";
}

/** Who wins a race that is over, or nothing. */
export function resultOf(panels: Panel[]): string {
  const inertias = panels.map(({ run }) => (run.complete ? stateOf(run, Infinity).inertia : null));
  const known = inertias.filter((inertia) => inertia !== null);
  if (known.length < panels.length) return "";
  const least = Math.min(...known);
  const best = panels.filter((_, i) => known[i] - least <= SAME * Math.abs(least)).map(({ title }) => title);
  const value = short(least);
  if (best.length === 1) return `${best[0]} wins with the least inertia, ${value}`;
  if (best.length === panels.length) return `all ${whole(best.length)} runs end at the same inertia, ${value}`;
  return `${best.slice(0, -1).join(", ")} and ${best[best.length - 1]} tie for the least inertia, ${value}`;
}

/** Where the picture comes from, for its foot. */
export function factsOf({ points, facts, panels }: Showing): string {
  const picture = points.picture;
  const told = picture
    ? [count(points.total, "pixel")]
    : [count(points.total, "point"), count(points.features, "feature")];
  const { sweep } = panels[0].run;
  const ks = new Set(panels.map(({ run }) => run.k - (run.noise ? 1 : 0)));
  told.push(`K = ${sweep ? sweep.ks : [...ks].map(whole).join(", ")}`);
  if (facts["weights"]) told.push(`weights: ${facts["weights"]}`);
  if (facts["init"] && panels.length === 1 && !sweep) told.push(`start: ${facts["init"]}`);
  if (facts["seed"]) told.push(`seed ${facts["seed"]}`);
  return told.join(" \u00b7 ");
}

/** What must be known of the points on the page; empty if they are all of them. */
export function noteOf(points: Points): string {
  if (points.density) {
    const by = points.weighted ? "weights" : "density";
    if (points.count === points.total) return `The picture shows the points by their ${by}.`;
    return (
      `The picture shows all ${whole(points.total)} points by their ${by}; ` +
      `${whole(points.count)} of them, every ${ordinal(points.step)}, are on this page to be pointed at.`
    );
  }
  if (points.count < points.total) return `${whole(points.count)} of ${whole(points.total)} points are on this page.`;
  return "";
}

/** Why no run can start on the page, or what it starts from. */
export function continuation(points: Points, sweep: boolean): string {
  if (sweep) return "The page shows the best clustering for each K, so a run cannot go on here.";
  if (points.weighted) return "The points have weights, so a run cannot go on here.";
  if (!points.continues) {
    if (points.values && points.count === points.total) {
      return "These are steps of another algorithm, so K-means cannot go on here.";
    }
    return points.values
      ? "Only some of the points are on this page, so a run cannot go on here."
      : "The values of the points are not on this page, so a run cannot go on here.";
  }
  return points.exact ? "" : "Runs here are on the page's points, which are rounded to 16 bits.";
}

export function count(n: number, thing: string): string {
  return `${whole(n)} ${thing}${n === 1 ? "" : "s"}`;
}

function ordinal(n: number): string {
  const last = n % 100 > 10 && n % 100 < 14 ? 0 : n % 10;
  return `${whole(n)}${["th", "st", "nd", "rd"][last] ?? "th"}`;
}
