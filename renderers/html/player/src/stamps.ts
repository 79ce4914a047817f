// What a point leaves on the pixels: a disc, a cross, or a dot of a density picture.

import type { MarkerLook } from "./dots.ts";

/** Pixels that are covered, relative to that of the point, and how much of each. */
export interface Stamp {
  offsets: Int32Array;
  weights: Int32Array;
}

export interface Stamper {
  /** Pixels that a stamp reaches away from its own. */
  reach: number;
  /** What is taken from a place before it is cut to whole pixels. */
  shift: number;
  stamps: (width: number) => Stamp[];
  /** Which stamp is for a place within its pixel. */
  choose: (x: number, y: number) => number;
  /** How opaque pixels with so much cover are, 0..255. */
  opacities: (cover: Uint32Array) => Uint8Array;
}

const FULL = 64; // of a pixel that lies wholly inside a marker
const FINE = 8; // places within a pixel, along each axis, that have a stamp of their own

/** Markers that are smooth at their edges. */
export function markers({ radius, opacity, cross }: MarkerLook): Stamper {
  const reach = Math.ceil(radius + 1);
  const coverOf = cross ? crossCover : discCover;
  const stamps = (width: number) =>
    Array.from({ length: FINE * FINE }, (_, place) => {
      const x = ((place % FINE) + 0.5) / FINE;
      const y = (Math.floor(place / FINE) + 0.5) / FINE;
      const [offsets, weights]: number[][] = [[], []];
      for (let row = -reach; row <= reach; row++) {
        for (let column = -reach; column <= reach; column++) {
          const weight = Math.round(FULL * coverOf(column + 0.5 - x, row + 0.5 - y, radius));
          if (weight <= 0) continue;
          offsets.push(row * width + column);
          weights.push(weight);
        }
      }
      return { offsets: Int32Array.from(offsets), weights: Int32Array.from(weights) };
    });
  return {
    reach,
    shift: 0,
    stamps,
    choose: (x, y) => Math.floor(y * FINE) * FINE + Math.floor(x * FINE),
    opacities: (cover) => Uint8Array.from(cover, (c) => c && Math.round(255 * (1 - (1 - Math.min(opacity, 0.9999)) ** (c / FULL)))),
  };
}

function discCover(dx: number, dy: number, radius: number): number {
  return Math.max(0, Math.min(1, radius + 0.5 - Math.hypot(dx, dy)));
}

function crossCover(dx: number, dy: number, radius: number): number {
  const half = Math.max(0.5, radius * 0.25);
  const across = Math.min(Math.abs(dx + dy), Math.abs(dx - dy)) * Math.SQRT1_2;
  const along = Math.max(Math.abs(dx), Math.abs(dy));
  return Math.max(0, Math.min(1, half + 0.5 - across)) * Math.max(0, Math.min(1, radius + 0.5 - along));
}

/** Square dots of a density picture, the place of the point in their middle. */
export function dots(side: number): Stamper {
  return {
    reach: side,
    shift: (side - 1) / 2,
    stamps: (width) => {
      const offsets = Int32Array.from({ length: side * side }, (_, i) => Math.floor(i / side) * width + (i % side));
      return [{ offsets, weights: new Int32Array(side * side).fill(1) }];
    },
    choose: () => 0,
    opacities,
  };
}

/** A lone point is seen, the fullest half per cent of the pixels saturates. */
function opacities(counts: Uint32Array): Uint8Array {
  let most = 0;
  for (let i = 0; i < counts.length; i++) if (counts[i] > most) most = counts[i];
  const shades = new Uint8Array(most + 1);
  const pixels = new Float64Array(most + 1); // with so many points
  for (let i = 0; i < counts.length; i++) pixels[counts[i]]++;
  const filled = counts.length - pixels[0];
  let top = 2;
  for (let count = 1, below = 0; count <= most; below += pixels[count++]) {
    if (pixels[count] && below <= 0.995 * (filled - 1)) top = Math.max(2, count);
  }
  const lone = Math.max(0.45, 1 - 0.14 * Math.log2(top));
  for (let count = 1, below = 0; count <= most; below += pixels[count++]) {
    // Logarithms alone leave heavy tails dark, ranks alone flatten even crowds: half each.
    const shade = 0.5 * (below / filled) + 0.5 * Math.min(1, Math.log(count) / Math.log(top));
    shades[count] = Math.round(255 * (lone + (1 - lone) * (count >= top ? 1 : shade)));
  }
  return Uint8Array.from(counts, (count) => shades[count]);
}
