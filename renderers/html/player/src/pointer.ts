// Mouse, pen and touch on one plot: point at things, drag centroids, pan, zoom, pinch.

export interface Hand {
  /** The centroid under the pointer, or -1. `reach` is how near is near enough. */
  grab: (x: number, y: number, reach: number) => number;
  drag: (centroid: number, x: number, y: number) => void;
  drop: (centroid: number, moved: boolean) => void;
  /** A press that did not move, on empty ground. */
  press: (x: number, y: number) => void;
  pan: (dx: number, dy: number) => void;
  zoom: (factor: number, x: number, y: number) => void;
  reset: () => void;
  /** Where the pointer rests; null when it has left. */
  hover: (at: { x: number; y: number } | null) => void;
  /** Whether the wheel is for this plot, and not for the page around it. */
  wheels: () => boolean;
}

const CLICK = 4; // pixels that a pointer may move in a click
const TWICE = 350; // milliseconds between the presses of a double tap

interface Press {
  x: number;
  y: number;
  centroid: number;
  moved: boolean;
}

export class Pointer {
  private readonly down = new Map<number, { x: number; y: number }>();
  private press: Press | null = null;
  private lastTap = { at: -Infinity, x: 0, y: 0 };

  constructor(
    private readonly plot: HTMLElement,
    private readonly hand: Hand,
  ) {
    plot.addEventListener("pointerdown", (event) => this.begin(event));
    plot.addEventListener("pointermove", (event) => this.move(event));
    for (const kind of ["pointerup", "pointercancel"] as const) {
      plot.addEventListener(kind, (event) => this.end(event, kind === "pointerup"));
    }
    plot.addEventListener("pointerleave", () => hand.hover(null));
    plot.addEventListener("dblclick", () => hand.reset());
    plot.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    // A finger on a centroid drags it and does not scroll the page.
    plot.addEventListener(
      "touchstart",
      (event) => {
        const [touch] = event.touches;
        const { x, y } = this.at(touch);
        if (event.touches.length === 1 && hand.grab(x, y, 22) >= 0) event.preventDefault();
      },
      { passive: false },
    );
  }

  private at({ clientX, clientY }: { clientX: number; clientY: number }): { x: number; y: number } {
    const { left, top } = this.plot.getBoundingClientRect();
    return { x: clientX - left - this.plot.clientLeft, y: clientY - top - this.plot.clientTop };
  }

  private begin(event: PointerEvent): void {
    if (event.button !== 0) return;
    const at = this.at(event);
    this.down.set(event.pointerId, at);
    this.plot.setPointerCapture(event.pointerId);
    this.hand.hover(null);
    if (this.down.size > 1) {
      this.press = null;
      return;
    }
    const reach = event.pointerType === "mouse" ? 6 : 22;
    this.press = { ...at, centroid: this.hand.grab(at.x, at.y, reach), moved: false };
  }

  private move(event: PointerEvent): void {
    const at = this.at(event);
    const before = this.down.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") this.hand.hover(at);
      return;
    }
    if (this.down.size === 2) {
      this.pinch(event.pointerId, before, at);
    } else if (this.press) {
      const { press } = this;
      press.moved ||= Math.hypot(at.x - press.x, at.y - press.y) > CLICK;
      if (press.moved && press.centroid >= 0) this.hand.drag(press.centroid, at.x, at.y);
      else if (press.moved) this.hand.pan(at.x - before.x, at.y - before.y);
    }
    this.down.set(event.pointerId, at);
  }

  /** Two fingers: what is between them stays between them. */
  private pinch(id: number, before: { x: number; y: number }, at: { x: number; y: number }): void {
    const other = [...this.down].find(([key]) => key !== id)?.[1];
    if (!other) return;
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    const is = Math.hypot(at.x - other.x, at.y - other.y);
    this.hand.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
    if (was > 0) this.hand.zoom(is / was, (at.x + other.x) / 2, (at.y + other.y) / 2);
  }

  private end(event: PointerEvent, released: boolean): void {
    if (!this.down.delete(event.pointerId)) return;
    const { press } = this;
    this.press = null;
    if (!press) return;
    if (press.centroid >= 0) {
      this.hand.drop(press.centroid, press.moved);
    } else if (!press.moved && released) {
      this.hand.press(press.x, press.y);
      if (event.pointerType !== "touch") return;
      this.hand.hover(press);
      const { at, x, y } = this.lastTap;
      if (event.timeStamp - at < TWICE && Math.hypot(press.x - x, press.y - y) < 30) this.hand.reset();
      this.lastTap = { at: event.timeStamp, x: press.x, y: press.y };
    }
  }

  private wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !this.hand.wheels()) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const { x, y } = this.at(event);
    this.hand.hover(null);
    this.hand.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0018)), x, y);
  }
}
