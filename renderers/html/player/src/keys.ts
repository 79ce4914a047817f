// The keyboard. Letters do something only while the keyboard is in the player, or nowhere else.

import { OVERLAY_KEYS } from "./controls.ts";
import type { Actions } from "./controls.ts";

export interface Choice {
  /** Choose the next centroid, or the one before. */
  choose: (by: 1 | -1) => void;
  /** Let go; whether there was anything to let go. */
  release: () => boolean;
  /** Move the chosen centroid by some hundredths of the picture; whether there is one. */
  nudge: (x: number, y: number) => boolean;
  /** Start a run from where the centroids are. */
  start: () => void;
  addHere: () => void;
  k: () => number;
  faster: (by: 1 | -1) => void;
  nextTheme: () => void;
}

const ARROWS: Record<string, [number, number] | undefined> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** Listen on the player, or on the whole page where it is alone there. */
export function listen(target: HTMLElement | Document, ask: Actions, choice: Choice): void {
  // In quotes: the build shortens names.
  const letters: Record<string, (() => void) | undefined> = {
    "l": ask.loop,
    "p": ask.phases,
    "f": ask.fullScreen,
    "o": ask.restore,
    "a": choice.addHere,
    "r": () => ask.draw(choice.k(), "random"),
    "k": () => ask.draw(choice.k(), "k-means++"),
    "d": choice.nextTheme,
    "+": () => ask.zoom(1.5),
    "=": () => ask.zoom(1.5),
    "-": () => ask.zoom(1 / 1.5),
    "0": ask.resetView,
    ",": () => choice.choose(-1),
    ".": () => choice.choose(1),
    "<": () => choice.faster(-1),
    ">": () => choice.faster(1),
    "delete": ask.remove,
    "backspace": ask.remove,
    "home": ask.first,
    "end": ask.last,
    "enter": choice.start,
  };
  for (const [overlay, key] of Object.entries(OVERLAY_KEYS)) letters[key.toLowerCase()] = () => ask.toggle(overlay);

  target.addEventListener("keydown", (event) => {
    if (!(event instanceof KeyboardEvent) || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey || event.altKey || !isFree(event)) return;
    if (act(event)) event.preventDefault();
  });

  function act(event: KeyboardEvent): boolean {
    const arrow = ARROWS[event.key];
    if (arrow) {
      const far = event.shiftKey ? 5 : 1;
      if (choice.nudge(arrow[0] * far, arrow[1] * far)) return true;
      if (!arrow[0]) return false;
      ask.step(arrow[0] > 0 ? 1 : -1);
      return true;
    }
    if (event.key === "Escape") return choice.release();
    if (event.key === " ") {
      ask.playOrPause();
      return true;
    }
    const letter = letters[event.key.toLowerCase()];
    letter?.();
    return letter !== undefined;
  }
}

/** Whether the key is not for the element that has the keyboard. */
function isFree({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return true;
  if (target instanceof HTMLInputElement) return target.type === "range";
  if (target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement || target.isContentEditable) return false;
  return !(target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement) || (key !== " " && key !== "Enter");
}
