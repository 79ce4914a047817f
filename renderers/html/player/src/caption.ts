// What is told in words: the step that is on screen, what the picture is of, how a race ends.

import type { Points, Run, Showing } from "./model.ts";
import { stateOf } from "./moment.ts";
import type { Moment } from "./moment.ts";
import { short, whole } from "./numbers.ts";

const JOIN = "assign: every point joins its nearest centroid";
const UPDATE = "update: centroids move to the means of their points";

/** The step on screen, in the words of renderers/picture/caption.py. */
export function captionOf(run: Run, points: Points, moment: Moment, start: string): string {
  const { state, phase } = moment;
  if (run.steps) return stepOf(run, points, moment);
  const { iteration, nChanged, converged } = run.states[state];
  if (phase === "start") {
    if (moment.colours) return JOIN;
    return [count(run.k, "initial centroid"), run.own ? "" : start].filter(Boolean).join(", ");
  }
  if (iteration === 0) return JOIN;
  if (state === run.states.length - 1 && run.complete && moment.motion >= 1) {
    const after = count(iteration, "iteration");
    if (converged) return `converged after ${after}`;
    return run.own ? `ended after ${after}: an earlier state has come back` : `stopped after ${after}, before convergence`;
  }
  if (phase === "update" || iteration === 1) return UPDATE;
  const changed = changesOf(nChanged, points);
  return phase === "assignment" ? `assign: ${changed}` : `${changed}, centroids follow`;
}

/** What a step of an algorithm that nobody knows has done. */
function stepOf(run: Run, points: Points, { state, phase, colours }: Moment): string {
  if (phase === "start" && !colours) return `${count(points.total, "point")}, not yet clustered`;
  const { iteration, nChanged } = run.states[state];
  const step = `step ${whole(iteration)}`;
  if (iteration === 0) return `${step}: points have their first clusters`;
  return `${step}: ${changesOf(nChanged, points)}`;
}

function changesOf(changed: number, points: Points): string {
  if (!changed) return "no point changes cluster";
  return `${whole(changed)} of ${count(points.total, "point")} change${changed === 1 ? "s" : ""} cluster`;
}

/** How far a run has come, for the title of its panel in a race. */
export function standing(run: Run, moment: Moment, rivals: Run[]): string {
  const { inertia, iteration, converged } = run.states[moment.state];
  const told = inertia === null ? "" : `inertia ${short(inertia)}`;
  const over = moment.state === run.states.length - 1 && moment.motion >= 1 && run.complete;
  if (!over) return told;
  return [verdict(run, rivals), told, `${converged ? "converged" : "stopped"} after ${count(iteration, "iteration")}`]
    .filter(Boolean)
    .join(", ");
}

function verdict(run: Run, rivals: Run[]): string {
  const [own, ...others] = [run, ...rivals].map((rival) => (rival.complete ? stateOf(rival, Infinity).inertia : null));
  if (own === null || others.some((other) => other === null)) return "";
  const best = Math.min(...others.map(Number));
  // The last digits of a sum depend on who sums.
  if (Math.abs(own - best) <= 1e-9 * Math.abs(best)) return "ties";
  return own < best ? "wins" : "";
}

/** Where the picture comes from, for its foot. */
export function factsOf({ points, facts, panels }: Showing): string {
  const picture = points.picture;
  const told = picture
    ? [count(points.total, "pixel")]
    : [count(points.total, "point"), count(points.features, "feature")];
  const ks = new Set(panels.map(({ run }) => run.k));
  told.push(`K = ${[...ks].map(whole).join(", ")}`);
  if (facts["init"] && panels.length === 1) told.push(`start: ${facts["init"]}`);
  if (facts["seed"]) told.push(`seed ${facts["seed"]}`);
  return told.join(" \u00b7 ");
}

/** What must be known of the points on the page; empty if they are all of them. */
export function noteOf(points: Points): string {
  if (points.density) {
    return (
      `The picture shows all ${whole(points.total)} points by their density; ` +
      `${whole(points.count)} of them, every ${ordinal(points.step)}, are on this page to be pointed at.`
    );
  }
  if (points.count < points.total) return `${whole(points.count)} of ${whole(points.total)} points are on this page.`;
  return "";
}

/** Why no run can start on the page, or what it starts from. */
export function continuation(points: Points): string {
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
