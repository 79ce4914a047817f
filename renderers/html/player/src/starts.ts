// Where a run in the page starts: random points, or k-means++. Not the engine's draws, but its methods.

import { squaredDistance } from "./kernel.ts";

/** A small generator of numbers 0..1 (Mulberry32, Tommy Ettinger): good enough to draw points. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draw k different points, at different positions where there are that many. */
export function drawRandom(values: Float64Array, features: number, k: number, random: () => number): Float64Array {
  const count = values.length / features;
  const order = new Uint32Array(count).map((_, i) => i);
  const chosen: number[] = [];
  const spare: number[] = [];
  const positions = new Set<string>();
  for (let drawn = 0; drawn < count && chosen.length < k; drawn++) {
    const other = drawn + Math.floor(random() * (count - drawn));
    const point = order[other];
    order[other] = order[drawn];
    const position = values.subarray(point * features, (point + 1) * features).join();
    if (positions.has(position)) {
      if (spare.length < k) spare.push(point);
    } else {
      positions.add(position);
      chosen.push(point);
    }
  }
  return take(values, features, [...chosen, ...spare].slice(0, k));
}

/** Draw k points by k-means++, the greedy variant (Arthur and Vassilvitskii 2007). */
export function drawPlusPlus(values: Float64Array, features: number, k: number, random: () => number): Float64Array {
  const count = values.length / features;
  const nearest = new Float64Array(count).fill(Infinity);
  const trials = 2 + Math.floor(Math.log(k));
  const chosen: number[] = [];
  const distance = (i: number, j: number) => squaredDistance(values, i * features, values, j * features, features);
  while (chosen.length < k) {
    let best = -1;
    let least = Infinity;
    for (let trial = 0; trial < (chosen.length ? trials : 1); trial++) {
      const candidate = chosen.length ? drawByWeight(nearest, random) : Math.floor(random() * count);
      let potential = 0;
      for (let i = 0; i < count; i++) potential += Math.min(nearest[i], distance(i, candidate));
      if (best < 0 || potential < least) [best, least] = [candidate, potential];
    }
    chosen.push(best);
    for (let i = 0; i < count; i++) nearest[i] = Math.min(nearest[i], distance(i, best));
  }
  return take(values, features, chosen);
}

/** Draw an index with a probability proportional to its weight; any of them if all weigh nothing. */
function drawByWeight(weights: Float64Array, random: () => number): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i];
  if (!(total > 0)) return Math.floor(random() * weights.length);
  let rest = random() * total;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    last = i;
    rest -= weights[i];
    if (rest < 0) break;
  }
  return last;
}

function take(values: Float64Array, features: number, points: number[]): Float64Array {
  const found = new Float64Array(points.length * features);
  // Adding zero turns a negative zero into a positive one.
  points.forEach((point, c) => {
    for (let n = 0; n < features; n++) found[c * features + n] = values[point * features + n] + 0;
  });
  return found;
}
