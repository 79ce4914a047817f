// What every way of painting the points of a panel does, and what they share.

import type { Palette } from "./palette.ts";
import type { Rgb } from "./themes.ts";
import type { Change, Track } from "./track.ts";

export interface Layer {
  /** Show another run on the same points, if that can be done. */
  follow(track: Track): boolean;
  /** Be at a state of the run; `opening` says that no point had a cluster before it. */
  show(state: number, opening: boolean, before: Palette, now: Palette): void;
  /** Paint `progress` of the way from the state before; `ink` marks pixels whose points change. */
  draw(context: CanvasRenderingContext2D, progress: number, ink: Rgb | null): void;
  dispose(): void;
}

/** What differs between the state before and this one; in the opening, every point had no cluster. */
export function changeAt(track: Track, opening: boolean): Change {
  if (!opening) return track.change(track.state);
  const { labels, run } = track;
  const points = new Uint32Array(labels.length).map((_, i) => i);
  return { points, before: new Uint16Array(labels.length).fill(run.k), after: labels };
}

/** What was shown last, so that nothing is done twice. */
export class Shown {
  private key = "";

  constructor(private track: Track) {}

  follow(track: Track): void {
    this.track = track;
    this.key = "";
  }

  /** Whether this is another moment than the last; and whether its colours are others. */
  differs(state: number, opening: boolean, before: Palette, now: Palette): { at: boolean; colours: boolean } {
    const colours = `${before.key} ${now.key}`;
    const key = `${state} ${opening} ${colours}`;
    const found = {
      at: key !== this.key || this.track.state !== state,
      colours: !this.key.endsWith(` ${colours}`),
    };
    this.key = key;
    return found;
  }
}
