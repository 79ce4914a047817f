// What the controls, the keyboard and the pointer of a player do.

import type { Actions } from "./controls.ts";
import { download } from "./dom.ts";
import { listen } from "./keys.ts";
import { THEMES } from "./head.ts";
import { centroidsAt } from "./moment.ts";
import type { Player } from "./player.ts";
import { Pointer } from "./pointer.ts";
import { centroidsFile, figureMarks, fileName, labelsFile, pngFile, svgFile } from "./save.ts";
import type { Stage } from "./stage.ts";
import { SPEEDS } from "./timeline.ts";

const NEAR = 12; // pixels within which a point is pointed at

export class Guide {
  readonly actions: Actions;
  /** Whether the next press adds a centroid. */
  isAdding = false;

  constructor(
    private readonly player: Player,
    private readonly alone: boolean,
  ) {
    this.actions = this.makeActions();
    for (const stage of player.stages) this.take(stage);
    listen(alone ? document : player.root, this.actions, {
      choose: (by) => this.choose(by),
      release: () => this.release(),
      nudge: (x, y) => this.nudge(x, y),
      start: () => {
        player.active.chosen = -1;
        player.editor.drop(player.active);
        player.refresh();
      },
      addHere: () => this.addHere(),
      k: () => player.active.run.k,
      faster: (by) => {
        const at = SPEEDS.indexOf(player.timeline.speed) + by;
        if (at in SPEEDS) this.actions.speed(SPEEDS[at]);
      },
      nextTheme: () => {
        const at = THEMES.indexOf(player.shared.theme);
        player.chooseTheme(THEMES[(at + 1) % THEMES.length]);
      },
    });
  }

  private makeActions(): Actions {
    const { player } = this;
    const { timeline, shared, editor } = player;
    const then = (act: () => void) => () => {
      act();
      player.refresh();
    };
    return {
      playOrPause: then(() => (timeline.playing ? timeline.pause() : timeline.play())),
      step: (by) => then(() => timeline.step(by))(),
      seek: (position) => player.seek(position),
      first: () => player.seek(timeline.first),
      last: () => player.seek(timeline.last),
      loop: then(() => (timeline.loop = !timeline.loop)),
      speed: (factor) => then(() => (timeline.speed = factor))(),
      toggle: (overlay) => player.toggle(overlay),
      phases: then(() => (shared.phases = timeline.phases = !shared.phases)),
      theme: (name) => player.chooseTheme(name),
      axes: (x, y) => player.chooseAxes(x, y),
      resetView: () => {
        shared.camera.reset();
        player.look();
      },
      zoom: (factor) => {
        shared.camera.zoomAt(factor, shared.camera.x, shared.camera.y);
        player.look();
      },
      fullScreen: () => void (document.fullscreenElement ? document.exitFullscreen() : player.root.requestFullscreen()),
      draw: (k, method) => this.ifPossible(() => editor.draw(player.active, k, method)),
      adding: () => this.ifPossible(then(() => (this.isAdding = !this.isAdding))),
      remove: () => this.ifPossible(() => this.remove()),
      restore: () => player.stages.forEach((stage) => stage.run.own && editor.restore(stage)),
      save: (what) => void this.save(what),
    };
  }

  private ifPossible(act: () => void): void {
    if (this.player.editor.available) act();
    else this.player.say("A run cannot go on in this page.");
  }

  /** Give the pointer on a stage's plot, and its photograph, something to do. */
  private take(stage: Stage): void {
    const { player } = this;
    const { shared, editor } = player;
    new Pointer(stage.plot, {
      grab: (x, y, reach) => {
        player.active = stage;
        return editor.available && !this.isAdding ? stage.centroidAt(x, y, reach) : -1;
      },
      drag: (centroid, x, y) => {
        stage.chosen = centroid;
        const place = stage.placement?.place(x, y);
        if (place) editor.drag(stage, centroid, ...place);
      },
      drop: (centroid, moved) => {
        stage.chosen = moved ? -1 : centroid;
        if (moved) editor.drop(stage);
        player.refresh();
      },
      press: (x, y) => {
        stage.chosen = -1;
        if (this.isAdding) this.add(stage, x, y);
        player.refresh();
      },
      pan: (dx, dy) => this.pan(stage, dx, dy),
      zoom: (factor, x, y) => {
        const share = stage.placement?.share(x, y);
        if (share) shared.camera.zoomAt(factor, ...share);
        player.look();
      },
      reset: () => this.actions.resetView(),
      hover: (at) => this.hover(stage, at),
      wheels: () => this.alone || player.root.contains(document.activeElement),
    });
    const { photo } = stage;
    photo?.canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => {
      const scale = photo.layer.picture.width / photo.canvas.clientWidth;
      const point = photo.layer.pointAt(offsetX * scale, offsetY * scale);
      const box = photo.canvas.getBoundingClientRect();
      const plot = stage.plot.getBoundingClientRect();
      this.point(stage, point);
      if (point < 0) player.tip.hide();
      else player.tip.showPoint(stage, shared, point, box.left - plot.left + offsetX, box.top - plot.top + offsetY);
    });
    photo?.canvas.addEventListener("pointerleave", () => this.hover(stage, null));
  }

  private pan(stage: Stage, dx: number, dy: number): void {
    const { player } = this;
    if (!stage.placement || player.shared.camera.zoom === 1) return;
    const { sx, sy } = stage.placement.affine;
    player.shared.camera.pan(-dx / sx, -dy / sy);
    player.look();
  }

  private hover(stage: Stage, at: { x: number; y: number } | null): void {
    const { placement, plot } = stage;
    const found = at && placement?.contains(at.x, at.y) ? at : null;
    const centroid = found ? stage.centroidAt(found.x, found.y, 0) : -1;
    plot.classList.toggle("kp-grab", centroid >= 0 && this.player.editor.available);
    let point = -1;
    if (found && placement && centroid < 0) {
      const { sx, sy } = placement.affine;
      point = this.player.finder.nearest(...placement.share(found.x, found.y), NEAR / Math.abs(sx), NEAR / Math.abs(sy));
    }
    this.point(stage, point);
    const { tip, shared } = this.player;
    if (found && centroid >= 0) tip.showCentroid(stage, shared, centroid, found.x, found.y);
    else if (found && point >= 0) tip.showPoint(stage, shared, point, found.x, found.y);
    else tip.hide();
  }

  /** Ring a point in the picture; none where it is negative. */
  private point(stage: Stage, point: number): void {
    if (stage.pointed === point) return;
    stage.pointed = point;
    this.player.refresh();
  }

  private add(stage: Stage, x: number, y: number): void {
    const { placement } = stage;
    this.isAdding = false;
    if (!placement) return;
    const like = this.player.finder.nearest(...placement.share(x, y), 0.25, 0.25);
    this.player.editor.add(stage, ...placement.place(x, y), like);
  }

  private addHere(): void {
    const stage = this.player.active;
    const box = stage.placement?.box;
    if (box) this.ifPossible(() => this.add(stage, box.left + box.width / 2, box.top + box.height / 2));
  }

  private remove(): void {
    const { active, editor } = this.player;
    if (active.chosen < 0) this.player.say("Choose a centroid first: press it, or the full stop key.");
    else editor.remove(active, active.chosen);
  }

  private choose(by: 1 | -1): void {
    const { active: stage } = this.player;
    const { k } = stage.run;
    stage.chosen = stage.chosen < 0 ? (by > 0 ? 0 : k - 1) : (stage.chosen + by + k) % k;
    this.player.say(`Centroid ${stage.chosen} chosen: arrows move it, Enter starts a run, Delete removes it`);
    this.player.refresh();
  }

  private release(): boolean {
    const { active: stage } = this.player;
    const held = stage.chosen >= 0 || this.isAdding;
    stage.chosen = -1;
    this.isAdding = false;
    this.player.refresh();
    return held;
  }

  private nudge(x: number, y: number): boolean {
    const { active: stage, editor, shared } = this.player;
    if (stage.chosen < 0 || !stage.placement || !editor.available) return false;
    const [xmin, xmax, ymin, ymax] = stage.placement.limits;
    const centroids = centroidsAt(stage.run, stage.moment);
    const [atX, atY] = shared.plane.place(centroids, stage.chosen);
    editor.drag(stage, stage.chosen, atX + (x * (xmax - xmin)) / 100, atY + (y * (ymax - ymin)) / 100);
    return true;
  }

  private async save(what: "png" | "svg" | "labels" | "centroids"): Promise<void> {
    const { player } = this;
    const { root, shared, showing, active } = player;
    const name = fileName(showing.title);
    const suffix = `${name}-${active.moment.state}`;
    if (what === "labels") { download(labelsFile(shared.points, active.cloud), `${suffix}-labels.csv`); return; }
    if (what === "centroids") {
      download(centroidsFile(shared.points, active.run, active, shared.plane.labels), `${suffix}-centroids.csv`); return;
    }
    const marks = figureMarks(player);
    if (what === "png") download(await pngFile(marks, root), `${suffix}.png`);
    else download(svgFile(marks, root, showing.title || "K-means", `${showing.description} Shown: ${player.words}.`), `${suffix}.svg`);
  }
}
