// What is told of the point or the centroid that is pointed at.

import { el } from "./dom.ts";
import { squaredDistance } from "./kernel.ts";
import { centroidsAt } from "./moment.ts";
import { clusterOf, count } from "./caption.ts";
import { short, whole } from "./numbers.ts";
import type { Shared, Stage } from "./stage.ts";

const MOST_VALUES = 8;

export class Tip {
  readonly element = el("div", { class: "kp-tip", role: "status", hidden: true });

  hide(): void {
    this.element.hidden = true;
  }

  showPoint(stage: Stage, shared: Shared, point: number, x: number, y: number): void {
    const { points } = shared;
    const label = stage.cloud.track.labels[point];
    const rows = [el("strong", {}, nameOf(stage, shared, point)), ...this.values(shared, point)];
    if (stage.moment.phase === "start" && stage.moment.colours < 1) {
      rows.push(el("span", {}, "no cluster yet"));
    } else if (stage.run.noise && label === stage.run.k - 1) {
      rows.push(el("span", {}, "in no cluster"));
    } else {
      const swatch = el("i");
      swatch.style.background = stage.colours()[label];
      rows.push(el("span", {}, swatch, clusterOf(stage.run, label)));
      const centroids = centroidsAt(stage.run, stage.moment);
      const width = shared.plane.width;
      const rows_ = points.values ?? points.places;
      if (rows_) {
        const distance = Math.sqrt(squaredDistance(rows_, point * width, centroids, label * width, width));
        const where = points.values ? "" : " on the picture";
        if (Number.isFinite(distance)) rows.push(el("span", {}, `${short(distance, 4)} from its centroid${where}`));
      }
    }
    this.put(rows, stage, x, y);
  }

  showCentroid(stage: Stage, shared: Shared, centroid: number, x: number, y: number): void {
    const state = stage.run.states[stage.moment.state];
    const swatch = el("i");
    swatch.style.background = stage.colours()[centroid];
    const rows = [
      el("strong", {}, swatch, `centroid ${centroid}`),
      el("span", {}, count(state.counts[centroid], "point")),
      ...this.listed(shared, centroidsAt(stage.run, stage.moment), centroid),
    ];
    if (shared.points.continues) rows.push(el("em", {}, "drag to start a run of your own"));
    this.put(rows, stage, x, y);
  }

  private values(shared: Shared, point: number): HTMLElement[] {
    const { values, places } = shared.points;
    const rows = values ?? places;
    return rows ? this.listed(shared, rows, point) : [];
  }

  private listed(shared: Shared, rows: Float64Array, row: number): HTMLElement[] {
    const { points, plane } = shared;
    const width = plane.width;
    const own = points.values !== null;
    const names = own ? points.names : plane.labels;
    const found = Array.from({ length: Math.min(width, MOST_VALUES) }, (_, n) => {
      const value = own ? rows[row * width + n] * points.scale[n] + points.offset[n] : rows[row * width + n];
      const name = names[n] || (width === 2 ? "xy"[n] : `feature ${n}`);
      return el("span", {}, `${name} `, el("b", {}, short(value)));
    });
    if (width > MOST_VALUES) found.push(el("span", {}, `and ${width - MOST_VALUES} more`));
    return found;
  }

  /** Beside the pointer, within the player. */
  private put(rows: HTMLElement[], stage: Stage, x: number, y: number): void {
    const { element } = this;
    element.replaceChildren(...rows);
    element.hidden = false;
    const around = element.parentElement?.getBoundingClientRect();
    const plot = stage.plot.getBoundingClientRect();
    if (!around) return;
    const [left, top] = [plot.left - around.left + x, plot.top - around.top + y];
    const { offsetWidth: width, offsetHeight: height } = element;
    const toLeft = left + 14 + width > around.width;
    const above = top + 14 + height > around.height;
    element.style.left = `${Math.max(2, toLeft ? left - 12 - width : left + 14)}px`;
    element.style.top = `${Math.max(2, above ? top - 12 - height : top + 14)}px`;
  }
}

function nameOf(stage: Stage, { points }: Shared, point: number): string {
  const row = points.row(point);
  if (row !== null) return `row ${whole(row)}`;
  if (!stage.photo) return `point ${whole(point)}`;
  const [x, y] = stage.photo.layer.pixelOf(point);
  return `pixel ${whole(x * points.step)}, ${whole(y * points.step)}`;
}
