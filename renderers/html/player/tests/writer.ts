// Writes small payloads, as docs/html.md describes them.

import type { Numbers } from "../src/coding.ts";
import type { Section } from "../src/head.ts";

export class Writer {
  private bytes: number[] = [];

  add(array: Numbers, ...shape: number[]): Section {
    while (this.bytes.length % 8) this.bytes.push(0);
    const at = this.bytes.length;
    this.bytes.push(...new Uint8Array(array.buffer));
    const dtype = array.constructor.name.replace("Array", "").toLowerCase() as Section["dtype"];
    return { at, bytes: array.byteLength, coding: "raw", dtype, shape: shape.length ? shape : [array.length] };
  }

  finish(head: object): Uint8Array<ArrayBuffer> {
    const text = new TextEncoder().encode(JSON.stringify(head));
    const length = new Uint8Array(Uint32Array.of(text.length).buffer);
    return Uint8Array.from([...this.bytes, ...text, ...length, ...new TextEncoder().encode("KME1")]);
  }
}

/** Four points in two clusters, three states. */
export function demo(changes: object = {}): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  const state = (iteration: number, centroids: number[], changed: number[], labels: number[]) => ({
    iteration,
    inertia: 10 - iteration,
    n_changed: changed.length,
    shift: 0,
    converged: iteration === 2,
    counts: [2, 2],
    centroids: writer.add(Float64Array.from(centroids), 2, 2),
    assigned_from: null,
    changed: writer.add(Uint32Array.from(changed)),
    labels: writer.add(Uint8Array.from(labels)),
    cells: null,
    shares: null,
  });
  const panel = {
    title: "",
    noise: false,
    steps: false,
    k: 2,
    colours: { light: ["#0072b2", "#e69f00"], dark: ["#0072b2", "#e69f00"], classic: ["#cc2929", "#29cccc"] },
    labels: writer.add(Uint8Array.of(0, 1, 1, 1)),
    density: null,
    states: [state(0, [0, 0, 1, 0], [], []), state(1, [0.5, 0, 9.5, 4], [], []), state(2, [0.5, 0, 9.5, 4], [1], [0])],
  };
  const points = {
    n: 4,
    features: 2,
    names: ["a", "b"],
    shown: 4,
    step: 1,
    offset: [0, 0],
    scale: [1, 1],
    exact: true,
    continues: true,
    rows: writer.add(Uint32Array.of(3, 5, 7, 1)),
    values: writer.add(Uint16Array.of(0, 0, 2, 0, 18, 1, 20, 1), 4, 2),
    base: [0, 0],
    exponent: [-1, 2],
    places: null,
    image: null,
    density: null,
  };
  return writer.finish({
    format: "kmeans-engine run",
    version: 1,
    title: "</script> & \u2028",
    description: "",
    facts: {},
    theme: "auto",
    overlays: null,
    phases: false,
    points,
    plane: { kind: "columns", columns: [0, 1], centre: null, basis: null, labels: ["a", "b"], limits: [0, 10, 0, 4], log: "", units: null },
    panels: [panel],
    sweep: null,
    ...changes,
  });
}
