// What is drawn on top of the points, as values; canvas.ts paints them, svg.ts writes them.

import type { Box } from "./camera.ts";

export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

export type Mark =
  | { kind: "polyline"; xy: number[]; width: number; ink: string; opacity?: number; dash?: number[] }
  | { kind: "segments"; edges: number[][]; width: number; ink: string; opacity?: number }
  | { kind: "area"; xy: number[]; foot: number; ink: string; opacity: number }
  | { kind: "disc"; x: number; y: number; radius: number; ink: string; opacity?: number }
  | { kind: "rings"; xy: number[]; radius: number; width: number; ink: string; opacity: number }
  | { kind: "dots"; xy: number[]; radius: number; ink: string; opacity: number; cross: boolean }
  | { kind: "rect"; box: Box; ink: string; opacity?: number }
  | { kind: "text"; text: string; x: number; y: number; size: number; ink: string; anchor?: Anchor; bold?: boolean; turned?: boolean }
  | { kind: "image"; image: HTMLCanvasElement; box: Box }
  | { kind: "within"; box: Box; marks: Mark[] }
  | { kind: "at"; x: number; y: number; marks: Mark[] };

export type Anchor = "start" | "middle" | "end";

/** The width of a text in pixels. */
export function widthOf(text: string, size: number, bold = false): number {
  ruler ??= document.createElement("canvas").getContext("2d");
  if (!ruler) return 0.6 * size * text.length;
  ruler.font = fontOf(size, bold);
  return ruler.measureText(text).width;
}

let ruler: CanvasRenderingContext2D | null = null;

export function fontOf(size: number, bold = false): string {
  return `${bold ? "600 " : ""}${size}px ${FONT}`;
}

/** A text cut so that it fits. */
export function fitted(text: string, size: number, room: number, bold = false): string {
  if (widthOf(text, size, bold) <= room) return text;
  const letters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  while (letters.length && widthOf(`${letters.join("")}\u2026`, size, bold) > room) letters.pop();
  return letters.length ? `${letters.join("").trimEnd()}\u2026` : "";
}
