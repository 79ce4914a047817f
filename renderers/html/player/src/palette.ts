// The colours of clusters on the way from one state to the next. Draws nothing.

import type { ThemeName } from "./head.ts";
import type { Panel, Picture, Points, State } from "./model.ts";
import { hexOf, LOOKS, mixed, rgbOf } from "./themes.ts";
import type { Rgb } from "./themes.ts";

/** The label of a point that has no cluster yet. */
export const NOBODY = 0xffff;

export interface Palette {
  /** One colour for each cluster, then that of no cluster. */
  colours: Rgb[];
  /** What tells palettes apart. */
  key: string;
}

/** The colours of the clusters of a panel at one of its states. */
export function paletteOf(panel: Panel, points: Points, theme: ThemeName, state: State): Palette {
  const { picture } = points;
  const hex = picture
    ? centroidColours(points, picture, state)
    : Array.from({ length: panel.run.k }, (_, c) => colourOf(panel, theme, c));
  const nobody = mixed(LOOKS[theme].line, LOOKS[theme].muted, 0.35);
  return { colours: [...hex, nobody].map(rgbOf), key: hex.join() + nobody };
}

function colourOf(panel: Panel, theme: ThemeName, cluster: number): string {
  const colours = panel.colours[theme];
  return colours[cluster % colours.length];
}

/** The colours of an image's clusters: those of their centroids. */
function centroidColours({ offset, scale, features }: Points, { white }: Picture, { centroids }: State): string[] {
  const found: string[] = [];
  for (let at = 0; at < centroids.length; at += features) {
    const channel = (n: number) => {
      const c = features < 3 ? 0 : n; // grey, with or without opacity
      return Math.min(255, Math.max(0, ((centroids[at + c] * scale[c] + offset[c]) / white) * 255));
    };
    found.push(hexOf([channel(0), channel(1), channel(2)]));
  }
  return found;
}
