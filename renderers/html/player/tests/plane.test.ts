import assert from "node:assert/strict";
import { test } from "node:test";
import { Camera, Placement } from "../src/camera.ts";
import { Finder } from "../src/finder.ts";
import { assign } from "../src/kernel.ts";
import { logTicks, short, ticks } from "../src/numbers.ts";
import { read } from "../src/payload.ts";
import { Plane, planeOf } from "../src/plane.ts";
import { randomFrom } from "../src/starts.ts";
import { borders } from "../src/voronoi.ts";
import { demo } from "./writer.ts";

const showing = read(demo());
const box = { left: 10, top: 20, width: 200, height: 100 };

test("pixels and places are each other's way back", () => {
  const plane = new Plane(showing.points, { ...showing.plane, units: [1, 1] });
  const camera = new Camera();
  camera.zoomAt(3, 0.2, 0.9);
  const placement = new Placement(plane, box, camera);
  const [x, y] = placement.place(...placement.pixel(3, 1));
  assert.ok(Math.abs(x - 3) < 1e-9 && Math.abs(y - 1) < 1e-9);
  const [xmin, xmax, ymin, ymax] = placement.limits;
  assert.ok(Math.abs((xmax - xmin) / 200 - (ymax - ymin) / 100) < 1e-12); // equal units
});

test("zooming keeps the place under the pointer, and never leaves the limits", () => {
  const plane = new Plane(showing.points, showing.plane);
  const camera = new Camera();
  const before = new Placement(plane, box, camera).pixel(7, 3);
  const share = new Placement(plane, box, camera).share(...before);
  camera.zoomAt(4, ...share);
  const after = new Placement(plane, box, camera).pixel(7, 3);
  assert.ok(Math.hypot(after[0] - before[0], after[1] - before[1]) < 1e-9);
  camera.pan(100, -100);
  assert.ok(new Placement(plane, box, camera).limits[1] <= plane.limits[1] + 1e-12);
  camera.zoomAt(1e-9, 0.5, 0.5);
  assert.ok(camera.isWhole);
});

test("moving a centroid puts it where the hand is", () => {
  const centroids = Float64Array.of(1, 2, 3, 4);
  const plane = planeOf({ ...showing.points, scale: [2, 1], offset: [5, 0] }, 1, 0);
  plane.move(centroids, 1, 2.5, 9);
  assert.deepEqual([...centroids], [1, 2, 2, 2.5]);
  assert.deepEqual(plane.place(centroids, 1), [2.5, 9]);
});

test("borders lie between the two nearest sites, and every border is there", () => {
  const random = randomFrom(5);
  for (const k of [2, 3, 12, 60]) {
    const sites = Float64Array.from({ length: 2 * k }, () => random());
    const edges = borders(sites, [0, 1, 0, 1]);
    for (const [x0, y0, x1, y1] of edges) {
      const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
      const away = Array.from({ length: k }, (_, i) => Math.hypot(sites[2 * i] - x, sites[2 * i + 1] - y)).sort((a, b) => a - b);
      assert.ok(away[1] - away[0] < 1e-9);
    }
    // Along a line the nearest site changes where an edge is crossed, and nowhere else.
    const samples = Float64Array.from({ length: 4000 }, (_, i) => (i % 2 ? 0.37 : i / 4000));
    const labels = new Uint16Array(2000);
    assign(samples, 2, sites, labels);
    const changes = labels.filter((label, i) => i > 0 && label !== labels[i - 1]).length;
    const crossed = edges.filter(([, y0, , y1]) => y0 < 0.37 !== y1 < 0.37).length;
    assert.equal(crossed, changes);
  }
});

test("of two sites in one place the lower one has the cell", () => {
  assert.equal(borders(Float64Array.of(0.2, 0.5, 0.2, 0.5, 0.8, 0.5), [0, 1, 0, 1]).length, 1);
});

test("the nearest point is found", () => {
  const random = randomFrom(9);
  const places = Float32Array.from({ length: 2000 }, () => random() * 1.2 - 0.1);
  const finder = new Finder(places);
  for (let round = 0; round < 200; round++) {
    const [x, y] = [random(), random()];
    let [best, least] = [-1, 0.05];
    for (let i = 0; i < 1000; i++) {
      const away = Math.hypot(places[2 * i] - x, places[2 * i + 1] - y);
      if (away < least) [best, least] = [i, away];
    }
    assert.equal(finder.nearest(x, y, 0.05, 0.05), best);
  }
});

test("ticks are round, within the limits and written alike", () => {
  const words = (low: number, high: number) => ticks(low, high, 6).map((tick) => tick.words);
  assert.deepEqual(words(-5.1, 5.1), ["\u22124", "\u22122", "0", "2", "4"]);
  assert.deepEqual(words(0, 0.01), ["0.000", "0.002", "0.004", "0.006", "0.008", "0.010"]);
  assert.deepEqual(words(0, 12.6), ["0.0", "2.5", "5.0", "7.5", "10.0", "12.5"]);
  assert.ok(words(1e-9, 5e-9).every((text) => text === "0" || text.includes("e")));
  assert.deepEqual(ticks(1, 1, 6), []);
  assert.deepEqual(logTicks(-2, 5.5, 8).map((tick) => tick.words), ["0.01", "0.1", "1", "10", "100", "1,000", "10,000", "1e5"]);
});

test("numbers are short", () => {
  assert.deepEqual([396.6307, 0, -0.004567, 1.87e8, 3766075].map((n) => short(n)), ["396.63", "0", "\u22120.0046", "1.870e8", "3,766,075"]);
});
