// Files for the reader: the picture that is on screen, labels, centroids.

import { paint } from "./canvas.ts";
import type { Mark } from "./marks.ts";
import type { Points, Run } from "./model.ts";
import { figuresOf } from "./moment.ts";
import type { Player } from "./player.ts";
import type { Stage } from "./stage.ts";
import { svgOf } from "./svg.ts";
import { LOOKS } from "./themes.ts";
import type { Theme } from "./themes.ts";

const MOST_CIRCLES = 5000; // points of an SVG that are shapes; more are a picture within it

/** The size of the picture: that of the player without its controls. */
function figureSize(root: HTMLElement): { width: number; height: number; cut: number } {
  const { width, height } = root.getBoundingClientRect();
  const cut = root.querySelector(".kp-controls")?.getBoundingClientRect().height ?? 0;
  return { width, height: height - cut, cut };
}

/** All that is on screen but for the controls, as marks. */
export function figureMarks(player: Player): Mark[] {
  const { root, stages, side, shared, legend } = player;
  const theme = LOOKS[shared.theme];
  const around = root.getBoundingClientRect();
  const { width, height, cut } = figureSize(root);
  const at = (element: Element, marks: Mark[]): Mark => {
    const { left, top } = element.getBoundingClientRect();
    const up = element.matches(".kp-facts") ? cut : 0;
    return { kind: "at", x: left - around.left, y: top - around.top - up, marks };
  };
  const marks: Mark[] = [{ kind: "rect", box: { left: 0, top: 0, width, height }, ink: theme.ground }];
  for (const element of root.querySelectorAll<HTMLElement>(".kp-title, .kp-caption, figcaption, dt, dd, .kp-facts")) {
    if (element.offsetParent) marks.push(at(element, textMarks(element, theme)));
  }
  for (const stage of stages) {
    if (stage.photo) {
      const { canvas } = stage.photo;
      const { width, height } = canvas.getBoundingClientRect();
      marks.push(at(canvas, [{ kind: "image", image: canvas, box: { left: 0, top: 0, width, height } }]));
    }
    marks.push(at(stage.plot, [...stage.marksBelow(MOST_CIRCLES), ...stage.marksAbove()]));
  }
  if (side.curve.offsetParent) marks.push(at(side.curve, side.curveMarks(theme)));
  if (side.sizes.offsetParent) marks.push(at(side.sizes, side.sizeMarks(stages.map((stage) => stage.colours()), theme)));
  if (legend.offsetParent) marks.push(at(legend, player.legendMarks()));
  return marks;
}

/** The words of an element, in one line. */
function textMarks(element: HTMLElement, theme: Theme): Mark[] {
  const style = getComputedStyle(element);
  const size = parseFloat(style.fontSize);
  const quiet = element.matches("dt, .kp-facts");
  const right = element.tagName === "DD";
  return [
    {
      kind: "text",
      text: element.textContent,
      x: right ? element.clientWidth : parseFloat(style.paddingLeft),
      y: element.clientHeight / 2 + 0.36 * size,
      size,
      ink: quiet ? theme.muted : theme.text,
      anchor: right ? "end" : "start",
      bold: Number(style.fontWeight) >= 600,
    },
  ];
}

export function svgFile(marks: Mark[], root: HTMLElement, title: string, description: string): Blob {
  const { width, height } = figureSize(root);
  return new Blob([svgOf(marks, width, height, title, description)], { type: "image/svg+xml" });
}

/** The picture, painted. */
export function figureCanvas(marks: Mark[], root: HTMLElement, ratio: number): HTMLCanvasElement {
  const { width, height } = figureSize(root);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser draws no pictures");
  context.scale(ratio, ratio);
  paint(context, marks);
  return canvas;
}

export function pngFile(marks: Mark[], root: HTMLElement): Promise<Blob> {
  const canvas = figureCanvas(marks, root, Math.max(2, window.devicePixelRatio));
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large"))), "image/png"),
  );
}

/** The label of each point: its row of the input first where points are in another order. */
export function labelsFile(points: Points, { track }: Stage["cloud"]): Blob {
  const { labels } = track;
  const rows = [...labels.keys()].map((point) => ({ row: points.row(point) ?? point, label: labels[point] }));
  rows.sort((a, b) => a.row - b.row);
  return csv([["row", "label"], ...rows.map(({ row, label }) => [row, label])]);
}

/** The centroids in the units of the input. */
export function centroidsFile(points: Points, run: Run, { moment }: Stage, axes: [string, string]): Blob {
  const { centroids } = run.states[figuresOf(moment)];
  const own = points.values !== null;
  const width = own ? points.features : 2;
  const names = Array.from({ length: width }, (_, n) => (own ? (points.names[n] ?? `feature ${n}`) : axes[n] || "xy"[n]));
  const rows: (string | number)[][] = [names];
  // While K grows, there are more than K.
  const most = run.sweep ? run.states[figuresOf(moment)].iteration * width : centroids.length;
  for (let at = 0; at < most; at += width) {
    rows.push(names.map((_, n) => (own ? centroids[at + n] * points.scale[n] + points.offset[n] : centroids[at + n])));
  }
  return csv(rows);
}

function csv(rows: (string | number)[][]): Blob {
  const cell = (value: string | number) => {
    const words = String(value);
    return /[",\r\n]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
  };
  return new Blob([rows.map((row) => `${row.map(cell).join(",")}\n`).join("")], { type: "text/csv" });
}

/** A title as the name of a file. */
export function fileName(title: string): string {
  const kept = title.normalize("NFC").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  return kept.slice(0, 60) || "kmeans";
}
