// What the things on a picture are, as one row of samples and words; as renderers/picture/legend.py.

import { widthOf } from "./marks.ts";
import type { Mark } from "./marks.ts";
import { mixed } from "./themes.ts";
import type { Theme } from "./themes.ts";

const WORDS: [name: string, long: string, short: string][] = [
  ["centroids", "centroid: the mean of its cluster", "centroid"],
  ["changes", "point that has changed cluster", "changed"],
  ["trails", "trail of a centroid", "trail"],
  ["borders", "border between clusters", "border"],
];

/** Samples and words for what is drawn, in `width` pixels, the first ones if there is no room for all. */
export function legendMarks(shown: ReadonlySet<string>, width: number, theme: Theme, size: number): Mark[] {
  const [sample, gap] = [1.7 * size, 1.6 * size];
  const rows = WORDS.filter(([name]) => name === "centroids" || shown.has(name));
  const wide = (words: string[]) => words.reduce((sum, text) => sum + sample + widthOf(text, size) + gap, -gap);
  let words = rows.map(([, long]) => long);
  if (wide(words) > width) words = rows.map(([, , short]) => short);
  while (words.length && wide(words) > width) words.pop();
  let left = 1;
  return words.flatMap((text, i): Mark[] => {
    const at = left;
    left += sample + widthOf(text, size) + gap;
    const written: Mark = { kind: "text", text, x: at + sample, y: 1.3 * size, size, ink: theme.muted };
    return [...sampleOf(rows[i][0], at, 0.94 * size, size, theme), written];
  });
}

function sampleOf(name: string, x: number, y: number, size: number, theme: Theme): Mark[] {
  const grey = mixed(theme.ground, theme.text, 0.5);
  const middle = x + 0.6 * size;
  if (name === "centroids") {
    const rings = theme.edges.map(([ink], i): Mark => ({ kind: "disc", x: middle, y, radius: (0.5 - 0.13 * i) * size, ink }));
    return [...rings, { kind: "disc", x: middle, y, radius: (0.5 - 0.13 * theme.edges.length) * size, ink: grey }];
  }
  if (name === "changes") {
    return [
      { kind: "disc", x: middle, y, radius: 0.3 * size, ink: grey },
      { kind: "rings", xy: [middle, y], radius: 0.4 * size, width: 0.1 * size, ink: theme.text, opacity: 1 },
    ];
  }
  if (name === "trails") {
    const xy = [x, y + 0.3 * size, middle, y - 0.25 * size, x + 1.2 * size, y + 0.05 * size];
    return [{ kind: "polyline", xy, width: Math.max(1.25, 0.16 * size), ink: theme.muted }];
  }
  const ink = mixed(theme.ground, theme.text, theme.borderOpacity);
  return [{ kind: "polyline", xy: [x, y, x + 1.2 * size, y], width: Math.max(1, 0.08 * size), ink }];
}
