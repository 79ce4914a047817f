// One player: what is on screen at every moment, and what its controls do.

import { measuresOf } from "./axes.ts";
import { Camera } from "./camera.ts";
import { paintOn } from "./canvas.ts";
import { captionOf, factsOf, noteOf, resultOf } from "./caption.ts";
import { Controls } from "./controls.ts";
import { el } from "./dom.ts";
import { Editor } from "./editor.ts";
import { Finder } from "./finder.ts";
import { Guide } from "./guide.ts";
import type { PlaneHead, ThemeName } from "./head.ts";
import { legendMarks } from "./legend.ts";
import type { Mark } from "./marks.ts";
import type { Showing } from "./model.ts";
import { OPENING } from "./moment.ts";
import { Plane, planeOf, spreadOf } from "./plane.ts";
import { figureCanvas, figureMarks } from "./save.ts";
import { Side } from "./side.ts";
import { Stage } from "./stage.ts";
import type { Shared } from "./stage.ts";
import { LOOKS } from "./themes.ts";
import { Timeline } from "./timeline.ts";
import { Tip } from "./tip.ts";

const PAPER = 3; // pixels of a printed picture for each one on screen

export class Player {
  readonly timeline = new Timeline();
  readonly shared: Shared;
  readonly stages: Stage[];
  readonly side: Side;
  readonly tip = new Tip();
  readonly editor: Editor;
  /** The panel that was pointed at or used last. */
  active: Stage;
  themeChoice: ThemeName | "auto";
  private readonly caption = el("p", { class: "kp-caption", "aria-live": "polite" });
  private readonly said = el("p", { class: "kp-hidden", "aria-live": "assertive" });
  private readonly controls: Controls;
  private readonly guide: Guide;
  private readonly panels: HTMLElement;
  readonly legend = el("canvas", { class: "kp-legend", "aria-hidden": "true" });
  private readonly dark = window.matchMedia("(prefers-color-scheme: dark)");
  private readonly still = window.matchMedia("(prefers-reduced-motion: reduce)");
  private finderOf: { places: Float32Array; finder: Finder } | null = null;
  private overlaysChosen: boolean;
  private asked = 0; // the frame that was asked for, or 0
  private before = 0; // the time of the frame before
  private sized = ""; // for which sizes the picture was laid out
  private printing = false;
  private paper: HTMLCanvasElement | null = null;

  constructor(
    readonly root: HTMLElement,
    readonly showing: Showing,
    alone: boolean,
    script: string,
  ) {
    const { points } = showing;
    this.themeChoice = showing.theme;
    this.overlaysChosen = showing.overlays !== null;
    const plane = new Plane(points, showing.plane);
    this.shared = {
      points,
      camera: new Camera(),
      plane,
      places: new Float32Array(),
      spread: 1,
      theme: "light",
      shown: new Set(showing.overlays ?? []),
      phases: showing.phases,
      measures: measuresOf(1, 1),
    };
    this.spreadOut();
    this.stages = showing.panels.map((panel) => new Stage(this.shared, panel));
    this.active = this.stages[0];
    const { sweep } = showing.panels[0].run;
    this.side = new Side(points, sweep, (state) => this.seek(state));
    this.editor = new Editor(this.shared, script, {
      drafted: () => this.rewind(),
      began: () => this.begin(),
      grew: () => this.grow(),
      said: (words) => this.say(words),
    });
    this.guide = new Guide(this, alone);
    const names = points.values ? Array.from({ length: points.features }, (_, n) => points.names[n] ?? `feature ${n}`) : [];
    this.controls = new Controls(points, names, sweep !== null, this.guide.actions);
    this.panels = el("div", { class: "kp-panels" }, ...this.stages.map(({ element }) => element));
    this.build(alone);
    this.chooseTheme(this.themeChoice);
    this.grow();
    this.timeline.go(sweep?.best ?? 0);
    this.watch();
  }

  private build(alone: boolean): void {
    const { root, showing } = this;
    const note = noteOf(showing.points);
    root.classList.toggle("kp-alone", alone);
    root.setAttribute("role", alone ? "main" : "region");
    root.setAttribute("aria-label", showing.title ? `K-means: ${showing.title}` : "K-means, iteration by iteration");
    const title = el("h1", { class: showing.title ? "kp-title" : "kp-hidden", dir: "auto" }, showing.title || "K-means");
    root.append(
      el("div", { class: "kp-head" }, title, this.caption),
      el("div", { class: "kp-main" }, this.panels, this.side.element),
      this.legend,
      this.controls.element,
      el("div", { class: "kp-facts" }, [factsOf(showing), note].filter(Boolean).join(" \u00b7 ")),
      this.said,
      this.tip.element,
    );
  }

  private watch(): void {
    const observer = new ResizeObserver(() => {
      if (this.sizes !== this.sized) this.resize();
    });
    for (const element of [this.root, ...this.stages.map(({ plot }) => plot)]) observer.observe(element);
    this.dark.addEventListener("change", () => this.chooseTheme(this.themeChoice));
    // Paper is white.
    window.addEventListener("beforeprint", () => this.print(true));
    window.addEventListener("afterprint", () => this.print(false));
  }

  get ratio(): number {
    return this.printing ? PAPER : window.devicePixelRatio || 1;
  }

  get isStill(): boolean {
    return this.still.matches;
  }

  /** The point nearest to a place, see `Finder`. */
  get finder(): Finder {
    const { places } = this.shared;
    if (this.finderOf?.places !== places) this.finderOf = { places, finder: new Finder(places) };
    return this.finderOf.finder;
  }

  say(words: string): void {
    this.said.textContent = words;
  }

  seek(position: number): void {
    this.timeline.pause();
    this.timeline.go(position);
    this.refresh();
  }

  chooseTheme(choice: string): void {
    this.themeChoice = choice as ThemeName | "auto";
    const theme = this.themeChoice === "auto" ? (this.dark.matches ? "dark" : "light") : this.themeChoice;
    const shown = this.printing && theme === "dark" ? "light" : theme;
    this.shared.theme = shown;
    this.root.dataset["theme"] = shown;
    for (const other of document.querySelectorAll<HTMLElement>(".kmeans-sweep")) other.dataset["theme"] = shown;
    if (!this.overlaysChosen) this.shared.shown = new Set(LOOKS[shown].overlays);
    this.layOut();
  }

  toggle(overlay: string): void {
    const { shown } = this.shared;
    this.overlaysChosen = true;
    if (!shown.delete(overlay)) shown.add(overlay);
    if (["curve", "sizes", "legend"].includes(overlay)) this.layOut();
    else this.refresh();
  }

  /** Draw along other columns; the plane of the recording where one is negative. */
  chooseAxes(x: number, y: number): void {
    const { points, camera } = this.shared;
    const head: PlaneHead = this.showing.plane;
    this.shared.plane = x < 0 || y < 0 ? new Plane(points, head) : planeOf(points, x, y);
    this.spreadOut();
    camera.reset();
    this.resize();
  }

  private spreadOut(): void {
    this.shared.places = this.shared.plane.placeAll();
    this.shared.spread = spreadOf(this.shared.places);
  }

  /** Follow the camera. */
  look(): void {
    for (const stage of this.stages) {
      stage.place();
      stage.plot.classList.toggle("kp-zoomed", !this.shared.camera.isWhole);
    }
    this.tip.hide();
    this.refresh();
  }

  /** Draw the next frame, once. */
  refresh(): void {
    this.asked ||= requestAnimationFrame((now) => this.frame(now));
  }

  /** What is on screen, in words. */
  get words(): string {
    const { run, moment } = this.active;
    if (this.stages.length === 1) return captionOf(run, this.shared.points, moment, this.showing.facts["init"] ?? "");
    const [iteration, iterations] = this.iterations;
    const result = this.timeline.position >= this.timeline.last ? resultOf(this.stages.map(({ panel }) => panel)) : "";
    if (result) return result;
    return this.timeline.position < 0 ? "start" : `iteration ${iteration} of ${iterations}`;
  }

  /** The iteration on screen, and the last one, of the run that goes on longest. */
  private get iterations(): [now: number, last: number] {
    const { states } = this.stages.map(({ run }) => run).reduce((a, b) => (b.states.length > a.states.length ? b : a));
    const state = Math.max(0, Math.ceil(this.timeline.position - 1e-9));
    return [states[Math.min(state, states.length - 1)].iteration, states[states.length - 1].iteration];
  }

  private layOut(): void {
    this.side.show(this.shared.shown);
    this.legend.hidden = !this.shared.shown.has("legend");
    this.resize();
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (!width || !height) return;
    this.shared.measures = measuresOf(width, height);
    this.root.style.setProperty("--kp-unit", `${this.shared.measures.unit}px`);
    this.root.classList.toggle("kp-tall", width < 1.15 * height);
    this.root.classList.toggle("kp-small", width < 620);
    this.arrange();
    for (const stage of this.stages) stage.resize(this.ratio);
    this.side.resize(this.shared.measures.tick);
    this.sized = this.sizes;
    this.draw();
  }

  /** What `resize` depends on. */
  private get sizes(): string {
    const plots = this.stages.map(({ plot }) => [plot.clientWidth, plot.clientHeight]);
    return [this.root.clientWidth, this.root.clientHeight, this.ratio, ...plots].join();
  }

  /** As many columns of panels as leave them largest. */
  private arrange(): void {
    const { clientWidth: width, clientHeight: height } = this.panels;
    const count = this.stages.length;
    const side = (columns: number) => Math.min(width / columns, height / Math.ceil(count / columns));
    const columns = [...Array(count).keys()].map((n) => n + 1);
    const best = columns.reduce((a, b) => (side(b) > side(a) * 1.05 ? b : a));
    this.panels.style.gridTemplateColumns = `repeat(${best}, minmax(0, 1fr))`;
  }

  private frame(now: number): void {
    this.asked = 0;
    const { timeline } = this;
    if (timeline.playing) {
      const seconds = this.before ? Math.min(0.1, (now - this.before) / 1000) : 0;
      timeline.advance(seconds);
    }
    this.before = timeline.playing ? now : 0;
    this.draw();
    if (timeline.playing) this.refresh();
  }

  private draw(): void {
    const { timeline, stages, shared } = this;
    // Nothing glides for those who asked for stillness.
    const position = this.isStill ? Math.floor(timeline.position + 1e-9) : timeline.position;
    for (const stage of stages) {
      stage.draw(position, stages.filter((other) => other !== stage).map(({ run }) => run));
    }
    const courses = stages.map(({ run, moment, title }) => ({ run, moment, title }));
    this.side.draw(courses, stages.map((stage) => stage.colours()), LOOKS[shared.theme], this.ratio);
    paintOn(this.legend, this.legendMarks(), this.ratio);
    this.tell(position);
  }

  legendMarks(): Mark[] {
    const { theme, shown, measures } = this.shared;
    return this.legend.hidden ? [] : legendMarks(shown, this.legend.clientWidth, LOOKS[theme], measures.tick);
  }

  private tell(position: number): void {
    const { timeline, shared, active, root } = this;
    const { words } = this;
    if (this.caption.textContent !== words) {
      this.caption.setAttribute("aria-live", timeline.playing ? "off" : "polite");
      this.caption.textContent = words;
      for (const stage of this.stages) stage.describe(`${this.showing.description} Shown: ${words}.`);
    }
    const [iteration, iterations] = this.iterations;
    this.controls.show({
      position,
      first: timeline.first,
      last: timeline.last,
      iteration,
      iterations,
      playing: timeline.playing,
      loop: timeline.loop,
      speed: timeline.speed,
      phases: shared.phases,
      theme: this.themeChoice,
      shown: shared.shown,
      zoomed: !shared.camera.isWhole,
      own: this.stages.some(({ run }) => run.own),
      adding: this.guide.isAdding,
      k: active.run.k,
      sweep: active.run.sweep !== null,
      caption: words,
    });
    for (const [name, value] of [
      ["data-state", active.moment.state],
      ["data-phase", active.moment.phase],
      ["data-playing", timeline.playing],
      ["data-own", active.run.own],
      ["data-complete", active.run.complete],
    ] as const) {
      root.setAttribute(name, String(value));
    }
  }

  private rewind(): void {
    this.timeline.pause();
    this.timeline.go(0);
    this.grow();
  }

  private begin(): void {
    this.rewind();
    if (this.active.run.own && !this.isStill) this.timeline.playing = true;
  }

  private grow(): void {
    const runs = this.stages.map(({ run }) => run);
    this.timeline.last = Math.max(...runs.map(({ states }) => states.length - 1));
    this.timeline.first = runs.every(({ states }) => states[0].iteration === 0) ? OPENING : 0;
    this.timeline.growing = runs.some(({ complete, states }) => !complete && states.length > 1);
    this.timeline.phases = this.shared.phases;
    this.refresh();
  }

  /** Have paper show the frame that is on screen, as one picture: its layout is another. */
  private print(printing: boolean): void {
    if (this.printing === printing) return;
    this.printing = printing;
    this.chooseTheme(this.themeChoice);
    this.paper?.remove();
    this.paper = null;
    if (!printing) return;
    this.paper = figureCanvas(figureMarks(this), this.root, PAPER);
    this.paper.className = "kp-paper";
    this.root.append(this.paper);
  }
}
