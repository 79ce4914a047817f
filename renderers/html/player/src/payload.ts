// Reads the payload of a page; docs/html.md describes its format.

import { decode } from "./coding.ts";
import type { Numbers } from "./coding.ts";
import type { CellsHead, Head, PanelHead, PointsHead, StateHead, SweepHead } from "./head.ts";
import { NO_CELLS } from "./model.ts";
import type { Density, Labels, Panel, Picture, Points, Run, Showing, State } from "./model.ts";

const FORMAT = "kmeans-engine run";
const VERSION = 1;
const MAGIC = "KME1";

type Bytes = Uint8Array<ArrayBuffer>;

/** Read what `gunzip` has unpacked. */
export function read(payload: Bytes): Showing {
  const head = headOf(payload);
  return {
    title: head.title,
    description: head.description,
    facts: head.facts,
    theme: head.theme,
    overlays: head.overlays,
    phases: head.phases,
    points: pointsOf(payload, head.points),
    plane: head.plane,
    panels: head.panels.map((panel) => panelOf(payload, panel, head.sweep)),
  };
}

function headOf(payload: Bytes): Head {
  const end = payload.length - 8;
  const text = new TextDecoder();
  if (end < 0 || text.decode(payload.subarray(end + 4)) !== MAGIC) throw new Error("this is not a K-means run");
  const length = new DataView(payload.buffer, payload.byteOffset).getUint32(end, true);
  const head = JSON.parse(text.decode(payload.subarray(end - length, end))) as Head;
  if (head.format !== FORMAT) throw new Error(`format ${head.format} is not ${FORMAT}`);
  if (head.version > VERSION) {
    throw new Error(`version ${head.version} of the format is newer than this player, which reads ${VERSION}`);
  }
  return head;
}

function pointsOf(payload: Bytes, head: PointsHead): Points {
  const picture: Picture | null = head.image && {
    height: head.image.height,
    width: head.image.width,
    white: head.image.white,
    alpha: head.image.alpha && (decode(payload, head.image.alpha) as Uint8Array),
  };
  const density: Density | null = head.density && {
    width: head.density.width,
    height: head.density.height,
    limits: head.density.limits,
    top: head.density.top,
    unit: head.density.unit ?? 1,
    totals: decode(payload, head.density.totals) as Uint32Array,
  };
  const rows = head.rows && (decode(payload, head.rows) as Uint32Array);
  return {
    total: head.n,
    count: head.shown,
    features: head.features,
    names: head.names,
    offset: head.offset,
    scale: head.scale,
    values: head.values && scaled(decode(payload, head.values), head),
    places: head.places && scaled(decode(payload, head.places), head),
    exact: head.exact,
    continues: head.continues,
    weighted: head.weighted ?? false,
    row: (point) => (picture ? null : head.step * (rows ? rows[point] : point)),
    step: head.step,
    picture,
    density,
  };
}

/** Values as float64: (base + q) * 2^exponent where they are quantised. */
function scaled(found: Numbers, { base, exponent }: PointsHead): Float64Array {
  if (found instanceof Float64Array) return found;
  const values = new Float64Array(found);
  if (base && exponent) {
    const unit = exponent.map((e) => 2 ** e);
    const columns = base.length;
    for (let at = 0; at < values.length; ) {
      for (let n = 0; n < columns; n++, at++) values[at] = (base[n] + values[at]) * unit[n];
    }
  }
  return values;
}

function panelOf(payload: Bytes, head: PanelHead, sweep: SweepHead | null): Panel {
  const states: State[] = [];
  let before: Float64Array | undefined;
  for (const state of head.states) {
    const centroids = decode(payload, state.centroids, before) as Float64Array;
    const assignedFrom = state.assigned_from
      ? (decode(payload, state.assigned_from) as Float64Array)
      : (before ?? centroids);
    states.push(stateOf(payload, state, centroids, assignedFrom));
    before = centroids;
  }
  const run: Run = {
    k: head.k,
    noise: head.noise,
    steps: head.steps,
    sweep,
    labels: decode(payload, head.labels) as Labels,
    states,
    cells: () => cellsOf(payload, head.density),
    own: false,
    complete: true,
  };
  return { title: head.title, colours: head.colours, run };
}

function stateOf(payload: Bytes, head: StateHead, centroids: Float64Array, assignedFrom: Float64Array): State {
  return {
    iteration: head.iteration,
    inertia: head.inertia,
    nChanged: head.n_changed,
    shift: head.shift,
    converged: head.converged,
    counts: head.counts,
    ...(head.weights && { weights: head.weights }),
    centroids,
    assignedFrom,
    delta: once(() => ({
      points: decode(payload, head.changed) as Uint32Array,
      labels: decode(payload, head.labels) as Labels,
    })),
    cells: once(() => cellsOf(payload, head)),
  };
}

function cellsOf(payload: Bytes, head: CellsHead | null): { entries: Uint32Array; shares: Uint8Array } {
  if (!head?.cells || !head.shares) return NO_CELLS;
  return {
    entries: decode(payload, head.cells) as Uint32Array,
    shares: decode(payload, head.shares) as Uint8Array,
  };
}

/** What is decoded when it is first needed: the first picture needs one state. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
