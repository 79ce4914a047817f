// One run on the page: its points, what lies on top of them, and the photograph of an image.

import { axisMarks, boxOf, hasAxes, measuresOf } from "./axes.ts";
import type { Measures } from "./axes.ts";
import { Placement } from "./camera.ts";
import type { Camera } from "./camera.ts";
import { paintOn } from "./canvas.ts";
import { standing } from "./caption.ts";
import { Cloud } from "./cloud.ts";
import { el } from "./dom.ts";
import type { Mark } from "./marks.ts";
import type { ThemeName } from "./head.ts";
import type { Panel, Points, Run } from "./model.ts";
import { centroidsAt, isThere, marksChanges, momentAt } from "./moment.ts";
import type { Moment } from "./moment.ts";
import { centroidSize, overlayMarks } from "./overlays.ts";
import type { Drawn } from "./overlays.ts";
import { paletteOf } from "./palette.ts";
import type { Palette } from "./palette.ts";
import { Photo } from "./photo.ts";
import type { Plane } from "./plane.ts";
import { hexOf, LOOKS } from "./themes.ts";
import { Track } from "./track.ts";

/** What all panels of a player share. */
export interface Shared {
  readonly points: Points;
  readonly camera: Camera;
  plane: Plane;
  places: Float32Array;
  spread: number;
  theme: ThemeName;
  shown: Set<string>;
  phases: boolean;
  measures: Measures;
}

export class Stage {
  readonly element: HTMLElement;
  /** What takes the keyboard and the pointer. */
  readonly plot: HTMLElement;
  readonly recorded: Run;
  run: Run;
  moment: Moment;
  placement: Placement | null = null;
  /** The centroid that is dragged or chosen, or -1. */
  chosen = -1;
  /** The point that is pointed at, or -1. */
  pointed = -1;
  readonly photo: { layer: Photo; canvas: HTMLCanvasElement; frame: HTMLElement } | null = null;
  private readonly heading: HTMLElement;
  private readonly over: HTMLCanvasElement;
  readonly cloud: Cloud;
  private ratio = 1;

  constructor(
    private readonly shared: Shared,
    readonly panel: Panel,
  ) {
    this.run = this.recorded = panel.run;
    this.moment = momentAt(this.run, 0, false);
    const canvas = el("canvas", { class: "kp-points", "aria-hidden": "true" });
    this.over = el("canvas", { class: "kp-over", role: "img" });
    this.plot = el("div", { class: "kp-plot", tabindex: 0, role: "group", "aria-label": panel.title || "Picture of the points" }, canvas, this.over);
    this.heading = el("figcaption", { hidden: !panel.title });
    this.cloud = new Cloud(shared.points, canvas, this.run);
    const body = el("div", { class: "kp-body" });
    if (shared.points.picture) {
      const photo = el("canvas", { class: "kp-photo", role: "img", "aria-label": "The image in the colours of its clusters" });
      const frame = el("div", { class: "kp-photo-frame" }, photo);
      this.photo = { layer: new Photo(new Track(this.run), shared.points.picture), canvas: photo, frame };
      body.append(frame);
    }
    body.append(this.plot);
    this.element = el("figure", { class: "kp-panel" }, this.heading, body);
  }

  get title(): string {
    return this.panel.title;
  }

  /** Text for those who do not see the picture. */
  describe(words: string): void {
    this.over.setAttribute("aria-label", words);
  }

  follow(run: Run): void {
    if (run !== this.run) {
      this.run = this.panel.run = run;
      this.moment = momentAt(run, 0, false);
      this.cloud.follow(run);
      this.photo?.layer.follow(new Track(run));
    }
  }

  /** Fit the canvases to the room there is. */
  resize(ratio: number): void {
    const { plot, shared, photo } = this;
    const [width, height] = [Math.max(1, plot.clientWidth), Math.max(1, plot.clientHeight)];
    this.ratio = ratio;
    const { plane, measures, camera } = shared;
    this.placement = new Placement(plane, boxOf(width, height, plane, measures), camera);
    if (photo) fitPhoto(photo.canvas, photo.frame, photo.layer, ratio);
    this.place();
  }

  /** Follow the camera. */
  place(): void {
    const { shared, placement } = this;
    if (!placement) return;
    this.placement = new Placement(shared.plane, placement.box, shared.camera);
    this.cloud.place(shared.places, this.placement, this.ratio, this.unit, LOOKS[shared.theme]);
    const { left, top, width, height } = placement.box;
    Object.assign(this.cloud.canvas.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  }

  draw(position: number, rivals: Run[]): void {
    const { run, shared, over, cloud } = this;
    this.moment = momentAt(run, position, shared.phases);
    const [before, now] = this.palettes();
    cloud.draw(this.moment, before, now, this.marksChanges);
    paintOn(over, this.marksAbove(), this.ratio);
    if (this.photo) {
      const paper = this.photo.canvas.getContext("2d");
      this.photo.layer.show(this.moment.state, this.moment.phase === "start", before, now);
      if (paper) this.photo.layer.draw(paper, this.moment.colours);
    }
    if (this.panel.title) {
      const told = standing(run, this.moment, rivals);
      this.heading.textContent = told ? `${this.panel.title} \u2013 ${told}` : this.panel.title;
    }
  }

  /** Axes, borders, trails, centroids. */
  marksAbove(): Mark[] {
    const { placement, shared } = this;
    if (!placement) return [];
    const [width, height] = [this.plot.clientWidth, this.plot.clientHeight];
    const axes = hasAxes(width, height) ? axisMarks(placement, LOOKS[shared.theme], shared.measures, width) : [];
    return [...axes, ...overlayMarks(this.drawn(placement))];
  }

  /** The points as marks, for a file. */
  marksBelow(most: number): Mark[] {
    const [before, now] = this.palettes();
    return this.cloud.marks(this.moment, before, now, most);
  }

  /** The colours of the clusters as they are seen now. */
  colours(): string[] {
    const [before, now] = this.palettes();
    const { colours } = this.moment;
    return now.colours.slice(0, this.run.k).map((colour, c) => {
      const old = before.colours[c] ?? colour;
      return hexOf([0, 1, 2].map((i) => old[i] + (colour[i] - old[i]) * colours) as typeof colour);
    });
  }

  /** The centroid at a pixel of the plot, the nearest of them, or -1. */
  centroidAt(x: number, y: number, reach: number): number {
    if (!this.placement) return -1;
    const { outer } = centroidSize(this.drawn(this.placement));
    const centroids = centroidsAt(this.run, this.moment);
    let [best, least] = [-1, Math.max(outer, reach)];
    for (let c = 0; c < this.run.k; c++) {
      if (!isThere(this.run, this.moment, c)) continue;
      const [cx, cy] = this.placement.pixel(...this.shared.plane.place(centroids, c));
      const distance = Math.hypot(cx - x, cy - y);
      if (distance <= least) [best, least] = [c, distance];
    }
    return best;
  }

  private drawn(placement: Placement): Drawn {
    const { run, moment, shared, chosen, cloud } = this;
    return {
      run,
      moment,
      placement,
      chosen,
      pointed: this.pointed < 0 ? null : this.pixelOf(placement, this.pointed),
      theme: LOOKS[shared.theme],
      unit: this.unit,
      spread: shared.spread,
      colours: this.colours(),
      shown: shared.shown,
      changed: this.marksChanges ? cloud.changedPlaces() : [],
      radius: cloud.radius,
    };
  }

  private get marksChanges(): boolean {
    return this.shared.shown.has("changes") && marksChanges(this.run, this.moment);
  }

  private pixelOf(placement: Placement, point: number): [number, number] {
    const { sx, tx, sy, ty } = placement.affine;
    const { places } = this.shared;
    return [places[2 * point] * sx + tx, places[2 * point + 1] * sy + ty];
  }

  /** The unit of markers and centroids: smaller where several panels share the page. */
  private get unit(): number {
    const own = measuresOf(this.plot.clientWidth, this.plot.clientHeight).unit;
    return Math.min(this.shared.measures.unit, 1.2 * own);
  }

  private palettes(): [Palette, Palette] {
    const { run, moment, panel, shared } = this;
    const now = paletteOf(panel, shared.points, shared.theme, run.states[moment.state]);
    if (!shared.points.picture || moment.state === 0) return [now, now];
    return [paletteOf(panel, shared.points, shared.theme, run.states[moment.state - 1]), now];
  }
}

/** Show the photograph as large as its frame allows. */
function fitPhoto(canvas: HTMLCanvasElement, frame: HTMLElement, { picture }: Photo, ratio: number): void {
  const scale = Math.min(frame.clientWidth / picture.width, frame.clientHeight / picture.height);
  const [width, height] = [Math.max(1, picture.width * scale), Math.max(1, picture.height * scale)];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
}
