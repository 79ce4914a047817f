// The buttons, the time line and the menus. Knows how to ask for things, not how they are done.

import { continuation } from "./caption.ts";
import { el, freshId, iconButton, icon, setPressed, textButton, toggle } from "./dom.ts";
import { Menu } from "./menu.ts";
import { THEMES } from "./head.ts";
import type { Points } from "./model.ts";
import { whole } from "./numbers.ts";
import type { Method } from "./protocol.ts";
import { SPEEDS } from "./timeline.ts";

/** What can be asked of a player. */
export interface Actions {
  playOrPause: () => void;
  step: (by: 1 | -1) => void;
  seek: (position: number) => void;
  first: () => void;
  last: () => void;
  loop: () => void;
  speed: (factor: number) => void;
  toggle: (overlay: string) => void;
  phases: () => void;
  theme: (name: string) => void;
  axes: (x: number, y: number) => void; // -1 for those of the recording
  resetView: () => void;
  zoom: (factor: number) => void;
  fullScreen: () => void;
  draw: (k: number, method: Method) => void;
  adding: () => void;
  remove: () => void;
  restore: () => void;
  save: (what: "png" | "svg" | "labels" | "centroids") => void;
}

/** What the controls show. */
export interface Status {
  position: number;
  first: number;
  last: number;
  /** The iteration on screen, and the last one. */
  iteration: number;
  iterations: number;
  playing: boolean;
  loop: boolean;
  speed: number;
  phases: boolean;
  theme: string;
  shown: ReadonlySet<string>;
  zoomed: boolean;
  own: boolean;
  adding: boolean;
  k: number;
  /** Whether what passes is K. */
  sweep: boolean;
  caption: string;
}

// In quotes: the build shortens names.
export const OVERLAY_KEYS: Record<string, string> = {
  "numbers": "N",
  "trails": "T",
  "borders": "B",
  "changes": "C",
  "curve": "V",
  "sizes": "S",
  "legend": "G",
};

export class Controls {
  readonly element: HTMLElement;
  private readonly play: HTMLButtonElement;
  private readonly loop: HTMLButtonElement;
  private readonly timeline = el("input", { type: "range", step: "any", class: "kp-timeline", "aria-label": "Iteration" });
  private readonly count = el("output", { class: "kp-count" });
  private readonly speed: HTMLSelectElement;
  private readonly theme: HTMLSelectElement;
  private readonly toggles = new Map<string, HTMLButtonElement>();
  private readonly phases: HTMLButtonElement;
  private readonly reset: HTMLButtonElement;
  private readonly adding: HTMLButtonElement;
  private readonly restore: HTMLButtonElement;
  private readonly k = el("input", { type: "number", min: 1, max: 1000, class: "kp-k" });

  constructor(
    points: Points,
    axisNames: string[],
    private readonly sweep: boolean,
    private readonly ask: Actions,
  ) {
    this.play = iconButton("play", "Play", "space", ask.playOrPause);
    this.loop = iconButton("loop", "Loop", "L", ask.loop);
    this.loop.classList.add("kp-toggle");
    this.reset = iconButton("reset", "Show all again", "0", ask.resetView);
    this.speed = select("Speed", SPEEDS.map((speed) => [String(speed), `${speed}\u00d7`]), (value) => ask.speed(Number(value)));
    const themes: [string, string][] = [["auto", "Auto"], ...THEMES.map((name): [string, string] => [name, name[0].toUpperCase() + name.slice(1)])];
    this.theme = select("Theme", themes, ask.theme);
    this.timeline.addEventListener("input", () => ask.seek(this.timeline.valueAsNumber));
    if (sweep) this.timeline.setAttribute("aria-label", "K, the number of clusters");
    this.phases = toggle("phases", "P", ask.phases);
    this.adding = toggle("Add a centroid", "A", ask.adding);
    this.restore = textButton("Back to the recorded run", "O", ask.restore);
    this.element = el(
      "div",
      { class: "kp-controls" },
      el(
        "div",
        { class: "kp-transport", role: "group", "aria-label": "Playback" },
        iconButton("first", "To the start", "Home", ask.first),
        iconButton("back", "One step back", "\u2190", () => ask.step(-1)),
        this.play,
        iconButton("forward", "One step on", "\u2192", () => ask.step(1)),
        iconButton("last", "To the end", "End", ask.last),
        this.timeline,
        this.count,
      ),
      el(
        "div",
        { class: "kp-tools", role: "group", "aria-label": "Tools" },
        this.loop,
        this.speed,
        this.reset,
        this.showMenu(),
        axisNames.length > 2 ? this.axesMenu(axisNames) : null,
        this.ownMenu(points),
        this.saveMenu(points),
        this.theme,
        iconButton("full", "Full screen", "F", ask.fullScreen),
      ),
    );
  }

  show(status: Status): void {
    const { position, first, last, playing } = status;
    if (this.timeline.min !== String(first)) this.timeline.min = String(first);
    if (this.timeline.max !== String(last)) this.timeline.max = String(last);
    this.timeline.value = String(position);
    this.timeline.style.setProperty("--kp-done", `${last > first ? (100 * (position - first)) / (last - first) : 100}%`);
    this.timeline.setAttribute("aria-valuetext", status.caption);
    const words = position < 0 ? "start" : `${status.sweep ? "K" : "i"} = ${whole(status.iteration)} / ${whole(status.iterations)}`;
    if (this.count.value !== words) this.count.value = words;
    const label = playing ? "Pause" : "Play";
    if (this.play.getAttribute("aria-label") !== label) {
      this.play.setAttribute("aria-label", label);
      this.play.title = `${label} (space)`;
      this.play.replaceChildren(icon(playing ? "pause" : "play"));
    }
    setPressed(this.loop, status.loop);
    setPressed(this.phases, status.phases);
    setPressed(this.adding, status.adding);
    for (const [name, button] of this.toggles) setPressed(button, status.shown.has(name));
    this.speed.value = String(status.speed);
    this.theme.value = status.theme;
    this.reset.hidden = !status.zoomed;
    this.restore.disabled = !status.own;
    if (document.activeElement !== this.k) this.k.value = String(status.k);
  }

  private showMenu(): HTMLElement {
    const buttons = Object.keys(OVERLAY_KEYS).map((name) => {
      const button = toggle(name, OVERLAY_KEYS[name], () => this.ask.toggle(name));
      this.toggles.set(name, button);
      return button;
    });
    if (!this.sweep) return new Menu("Show", ...buttons, this.phases).element;
    return new Menu("Show", ...buttons.filter((button) => button !== this.toggles.get("trails"))).element;
  }

  private axesMenu(names: string[]): HTMLElement {
    const choices = names.map((name, n): [string, string] => [String(n), name]);
    const [x, y] = ["Across", "Up"].map((label) => select(label, choices, () => this.ask.axes(Number(x.value), Number(y.value))));
    y.value = "1";
    const recorded = textButton("As recorded", "", () => this.ask.axes(-1, -1));
    return new Menu("Axes", labelled("Across", x), labelled("Up", y), recorded).element;
  }

  private ownMenu(points: Points): HTMLElement {
    const words = continuation(points, this.sweep);
    const note = words ? el("p", {}, words) : null;
    if (!points.continues) return new Menu("Try it", ...[note].filter((part) => part !== null)).element;
    const draw = (method: Method) => () => this.ask.draw(this.k.valueAsNumber, method);
    return new Menu(
      "Try it",
      el("p", {}, "Drag a centroid, or start anew:"),
      labelled("K", this.k),
      textButton("Random points", "R", draw("random")),
      textButton("k-means++", "K", draw("k-means++")),
      this.adding,
      textButton("Remove the chosen one", "Del", this.ask.remove),
      this.restore,
      ...[note].filter((part) => part !== null),
    ).element;
  }

  private saveMenu(points: Points): HTMLElement {
    const item = (words: string, what: Parameters<Actions["save"]>[0]) => textButton(words, "", () => this.ask.save(what));
    const all = points.count === points.total;
    return new Menu(
      "Save",
      item("Picture (PNG)", "png"),
      item("Picture (SVG)", "svg"),
      item(all ? "Labels (CSV)" : "Labels of these points (CSV)", "labels"),
      item("Centroids (CSV)", "centroids"),
    ).element;
  }
}

function select(label: string, choices: [value: string, words: string][], act: (value: string) => void): HTMLSelectElement {
  const made = el("select", { "aria-label": label, title: label }, ...choices.map(([value, words]) => el("option", { value }, words)));
  made.addEventListener("change", () => act(made.value));
  return made;
}

function labelled(words: string, control: HTMLElement): HTMLElement {
  control.id = freshId();
  control.removeAttribute("aria-label");
  return el("div", { class: "kp-field" }, el("label", { for: control.id }, words), control);
}
