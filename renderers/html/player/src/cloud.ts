// The points of one panel on its canvas: markers while there are few in sight, else their density.

import type { Placement } from "./camera.ts";
import { Cells, Crowd } from "./crowds.ts";
import { changeAt } from "./layer.ts";
import type { Layer } from "./layer.ts";
import type { Mark } from "./marks.ts";
import { dotMarks, toDevice } from "./dots.ts";
import type { Where } from "./dots.ts";
import type { Points, Run } from "./model.ts";
import type { Moment } from "./moment.ts";
import type { Palette } from "./palette.ts";
import { dots, markers } from "./stamps.ts";
import { rgbOf } from "./themes.ts";
import type { Theme } from "./themes.ts";
import { Track } from "./track.ts";

const SMALLEST_MARKER = 0.75; // pixels; below it discs blur into each other and a count says more
const SPARSE = 0.3; // points per pixel; below it dots of one pixel are lost in the ground
const MOST_PIXELS = 4e6; // of a density picture

export class Cloud {
  track: Track;
  /** Of the markers, in pixels; 0 where points are shown by their density. */
  radius = 0;
  private layer: Layer | null = null;
  private where: Where | null = null;
  private theme: Theme | null = null;

  constructor(
    private readonly points: Points,
    readonly canvas: HTMLCanvasElement,
    run: Run,
  ) {
    this.track = new Track(run);
  }

  /** Show another run on the same points. */
  follow(run: Run): void {
    this.track = new Track(run);
    if (!this.layer?.follow(this.track)) this.choose();
  }

  /** Be where the plane now lies on the screen. `places` are shares of its limits. */
  place(places: Float32Array, placement: Placement, ratio: number, unit: number, theme: Theme): void {
    const { width, height } = placement.box;
    const area = width * height;
    const fine = area * ratio * ratio > MOST_PIXELS ? Math.sqrt(MOST_PIXELS / area) : ratio;
    this.where = { places, visible: new Uint32Array(), placement, ratio: fine };
    this.where.visible = visible(this.where, Math.round(width * fine), Math.round(height * fine));
    this.theme = theme;
    this.canvas.width = Math.max(1, Math.round(width * fine));
    this.canvas.height = Math.max(1, Math.round(height * fine));
    this.radius = markerRadius(this.where.visible.length, area, theme.markerSize * unit);
    if (this.points.density) this.radius = 0;
    this.choose();
  }

  draw(moment: Moment, before: Palette, now: Palette, changes: boolean): void {
    const context = this.canvas.getContext("2d", { willReadFrequently: true }); // its pixels are set, not drawn
    if (!this.layer || !context || !this.theme) return;
    this.layer.show(moment.state, moment.phase === "start", before, now);
    // Markers have rings instead.
    const marked = changes && this.radius === 0 && moment.phase !== "update" && moment.state >= this.firstChange;
    this.layer.draw(context, moment.colours, marked ? rgbOf(this.theme.text) : null);
  }

  /** The pixels of the points that change their cluster, to be ringed; none in a density picture. */
  changedPlaces(): number[] {
    const found: number[] = [];
    if (!this.where || this.radius === 0 || this.track.state < this.firstChange) return found;
    const { placement, places } = this.where;
    const { sx, tx, sy, ty } = placement.affine;
    for (const point of this.track.change(this.track.state).points) {
      const [x, y] = [places[2 * point] * sx + tx, places[2 * point + 1] * sy + ty];
      if (placement.contains(x, y)) found.push(x, y);
    }
    return found;
  }

  /** The points as marks, in pixels: markers while they are few, else the picture of them. */
  marks(moment: Moment, before: Palette, now: Palette, most: number): Mark[] {
    const { where, theme, track } = this;
    if (!where || !theme) return [];
    const { placement, visible } = where;
    if (this.radius === 0 || visible.length > most) return [{ kind: "image", image: this.canvas, box: placement.box }];
    const { sx, tx, sy, ty } = placement.affine;
    const place = (x: number, y: number) => [x * sx + tx, y * sy + ty];
    const change = changeAt(track, moment.phase === "start");
    const look = { radius: this.radius, opacity: theme.opacity, cross: theme.marker === "cross" };
    return [{ kind: "within", box: placement.box, marks: dotMarks(track, where, change, [before, now], moment.colours, place, look) }];
  }

  /** The first state with changes: state 1 of K-means has the labels of state 0. */
  private get firstChange(): number {
    return this.track.run.steps ? 1 : 2;
  }

  private choose(): void {
    const { where, theme, track } = this;
    if (!where || !theme) return;
    this.layer?.dispose();
    const { density } = this.points;
    if (density && track.run.cells().entries.length) {
      this.layer = new Cells(track.run, track, density, where);
    } else if (this.radius > 0) {
      const look = { radius: this.radius * where.ratio, opacity: theme.opacity, cross: theme.marker === "cross" };
      this.layer = new Crowd(track, where, markers(look), this.canvas);
    } else {
      const sparse = where.visible.length < SPARSE * where.placement.box.width * where.placement.box.height;
      this.layer = new Crowd(track, where, dots(Math.max(1, Math.round((sparse ? 2 : 1) * where.ratio))), this.canvas);
    }
  }
}

/** The radius of markers in pixels, or 0 where so many are shown by their density. */
function markerRadius(count: number, area: number, largest: number): number {
  const radius = 0.16 * Math.sqrt(area / Math.max(1, count));
  if (radius < SMALLEST_MARKER && count > 1) return 0;
  return Math.max(SMALLEST_MARKER, Math.min(radius, largest));
}

/** The points within a box, and just outside of it. */
function visible(where: Where, width: number, height: number): Uint32Array {
  const { sx, tx, sy, ty } = toDevice(where);
  const { places } = where;
  const reach = 20 * where.ratio;
  const found = new Uint32Array(places.length / 2);
  let count = 0;
  for (let i = 0; i < found.length; i++) {
    const x = places[2 * i] * sx + tx;
    const y = places[2 * i + 1] * sy + ty;
    if (x > -reach && y > -reach && x < width + reach && y < height + reach) found[count++] = i;
  }
  return found.slice(0, count);
}
