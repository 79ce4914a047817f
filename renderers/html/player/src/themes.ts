// The look of a picture apart from the clusters' colours; the same as renderers/picture/themes.py.

import type { ThemeName } from "./head.ts";

export interface Theme {
  ground: string;
  text: string;
  muted: string;
  line: string;
  marker: "disc" | "cross";
  /** Largest radius of a marker, in units: hundredths of the picture's height. */
  markerSize: number;
  opacity: number;
  boxed: boolean;
  centroidSize: number;
  /** Rings of a centroid from the outside in: colour, and width in units. */
  edges: [ink: string, width: number][];
  borderOpacity: number;
  overlays: string[];
}

const OVERLAYS = ["numbers", "trails", "borders", "changes", "curve", "sizes"];

const light: Theme = {
  ground: "#ffffff",
  text: "#1f2328",
  muted: "#656d76",
  line: "#bec4cc",
  marker: "disc",
  markerSize: 0.75,
  opacity: 0.8,
  boxed: false,
  centroidSize: 2.1,
  edges: [["#1f2328", 0.2], ["#ffffff", 0.35]],
  borderOpacity: 0.4,
  overlays: OVERLAYS,
};

export const LOOKS: Record<ThemeName, Theme> = {
  light,
  dark: {
    ...light,
    ground: "#0e1117",
    text: "#e6e9ed",
    muted: "#8b939e",
    line: "#444b57",
    opacity: 0.85,
    edges: [["#0e1117", 0.2], ["#ffffff", 0.35]],
  },
  classic: {
    ...light,
    text: "#000000",
    muted: "#000000",
    line: "#000000",
    marker: "cross",
    markerSize: 0.87,
    opacity: 1,
    boxed: true,
    centroidSize: 1.45,
    edges: [["#000000", 0.35]],
    overlays: [],
  },
};

export type Rgb = [red: number, green: number, blue: number];

export function rgbOf(hex: string): Rgb {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export function hexOf([red, green, blue]: Rgb): string {
  return `#${((1 << 24) | (Math.round(red) << 16) | (Math.round(green) << 8) | Math.round(blue)).toString(16).slice(1)}`;
}

/** The colour between two, `share` of the way to the other. */
export function mixed(one: string, other: string, share: number): string {
  const [a, z] = [rgbOf(one), rgbOf(other)];
  return hexOf([0, 1, 2].map((i) => a[i] + (z[i] - a[i]) * share) as Rgb);
}

/** Black or white, whichever has the higher contrast (WCAG 2) against a colour. */
export function readableOn(hex: string): string {
  const [red, green, blue] = rgbOf(hex).map((c) => (c / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#000000" : "#ffffff";
}
