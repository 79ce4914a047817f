// The course of the runs, beside or below the picture: figures, curve, sizes.

import { paintOn } from "./canvas.ts";
import { curveMarks, curveScale, sizeMarks } from "./chart.ts";
import type { Course } from "./chart.ts";
import { el } from "./dom.ts";
import type { SweepHead } from "./head.ts";
import type { Mark } from "./marks.ts";
import type { Points, Run } from "./model.ts";
import { figuresOf, isUpdate } from "./moment.ts";
import type { Moment } from "./moment.ts";
import { percent, short, whole } from "./numbers.ts";
import type { Theme } from "./themes.ts";

export class Side {
  readonly element: HTMLElement;
  readonly curve = el("canvas", { class: "kp-curve", role: "img", "aria-label": "Inertia after each iteration" });
  readonly sizes = el("canvas", { class: "kp-sizes", role: "img", "aria-label": "Points in each cluster" });
  private readonly figures = new Map<string, HTMLElement>();
  private readonly list = el("dl");
  private readonly boxes: HTMLElement[];
  private courses: Course[] = [];
  private size = 12;

  constructor(
    private readonly points: Points,
    sweep: SweepHead | null,
    seek: (state: number) => void,
  ) {
    const names = sweep ? ["K", ...sweep.figures[0].map(([name]) => name)] : ["iteration", "inertia", "changed", "moved"];
    for (const name of names) {
      const value = el("dd");
      this.figures.set(name, value);
      this.list.append(el("div", {}, el("dt", {}, name), value));
    }
    this.boxes = [this.curve, this.sizes].map((canvas) => el("div", { class: "kp-chart" }, canvas));
    this.element = el("aside", { class: "kp-side", "aria-label": "Course of the run" }, this.list, ...this.boxes);
    const pick = (event: PointerEvent) => {
      if (!event.buttons) return;
      const scale = curveScale(this.boxOf(this.curve), this.courses, this.size);
      seek(Math.round(scale.state(event.clientX - this.curve.getBoundingClientRect().left)));
    };
    this.curve.addEventListener("pointerdown", pick);
    this.curve.addEventListener("pointermove", pick);
  }

  show(shown: ReadonlySet<string>): void {
    this.boxes[0].hidden = !shown.has("curve");
    this.boxes[1].hidden = !shown.has("sizes");
    this.element.hidden = !shown.has("curve") && !shown.has("sizes");
  }

  resize(size: number): void {
    this.size = size;
  }

  draw(courses: Course[], colours: string[][], theme: Theme, ratio: number): void {
    this.courses = courses;
    if (this.element.hidden) return;
    this.list.hidden = courses.length > 1;
    if (courses.length === 1) this.tell(courses[0].run, courses[0].moment);
    paintOn(this.curve, this.curveMarks(theme), ratio);
    paintOn(this.sizes, this.sizeMarks(colours, theme), ratio);
  }

  curveMarks(theme: Theme): Mark[] {
    return this.courses.length ? curveMarks(this.boxOf(this.curve), this.courses, theme, this.size) : [];
  }

  sizeMarks(colours: string[][], theme: Theme): Mark[] {
    const { left, top, width, height } = this.boxOf(this.sizes);
    const each = height / this.courses.length;
    return this.courses.flatMap((course, i) => {
      const words: Mark[] = course.title
        ? [{ kind: "text", text: course.title, x: left, y: top + i * each + this.size, size: this.size, ink: theme.text }]
        : [];
      const used = course.title ? 1.5 * this.size : 0;
      const box = { left, top: top + i * each + used, width, height: each - used - 0.3 * this.size };
      return [...words, ...sizeMarks(box, course, colours[i], theme, this.size)];
    });
  }

  private tell(run: Run, moment: Moment): void {
    const state = run.states[figuresOf(moment)];
    const none = "\u2013";
    const set = (name: string, words: string) => {
      const value = this.figures.get(name);
      if (value && value.textContent !== words) value.textContent = words;
    };
    if (run.sweep) {
      set("K", whole(state.iteration));
      for (const [name, value] of run.sweep.figures[figuresOf(moment)]) set(name, value || none);
      return;
    }
    set("iteration", whole(state.iteration));
    set("inertia", state.inertia === null ? none : short(state.inertia));
    const { nChanged, iteration } = run.states[moment.state];
    const changed = iteration > 0 && !isUpdate(run, moment.state);
    set("changed", changed ? `${whole(nChanged)} (${percent(nChanged, this.points.total)})` : none);
    set("moved", state.iteration && state.shift !== null ? short(state.shift, 4) : none);
  }

  private boxOf(canvas: HTMLCanvasElement): { left: number; top: number; width: number; height: number } {
    return { left: 0, top: 0, width: canvas.clientWidth, height: canvas.clientHeight };
  }
}
