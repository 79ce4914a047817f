import assert from "node:assert/strict";
import { test } from "node:test";
import { Pixels } from "../src/pixels.ts";
import { randomFrom } from "../src/starts.ts";
import { dots, markers } from "../src/stamps.ts";
import { escaped, svgOf } from "../src/svg.ts";
import type { Rgb } from "../src/themes.ts";

class Image {
  readonly data: Uint8ClampedArray;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = new Uint8ClampedArray(4 * width * height);
  }
}
Object.assign(globalThis, { ImageData: Image });

const COLOURS: Rgb[] = [[200, 10, 30], [0, 120, 255], [90, 90, 90]];

test("a picture that followed the changes is that which was painted at once", () => {
  const random = randomFrom(2);
  const labels = Array.from({ length: 300 }, () => Math.floor(random() * 3));
  const places = labels.map(() => Math.floor(random() * 64));
  const alpha = new Uint8Array(64).fill(200);
  const followed = new Pixels(8, 8, alpha);
  places.forEach((pixel, i) => followed.add(pixel, COLOURS[labels[i]], 7));
  followed.shade(1, null);
  for (let step = 0; step < 5; step++) {
    followed.clearStep();
    labels.forEach((label, i) => {
      if (random() > 0.2) return;
      const next = (label + 1) % 3;
      for (const [colour, sign] of [[COLOURS[label], -1], [COLOURS[next], 1]] as const) {
        followed.add(places[i], colour, 7 * sign);
        followed.addStep(places[i], colour, 7 * sign);
      }
      labels[i] = next;
    });
    for (const progress of [0, 0.3, 1]) followed.shade(progress, null);
    const once = new Pixels(8, 8, alpha);
    places.forEach((pixel, i) => once.add(pixel, COLOURS[labels[i]], 7));
    once.shade(1, null);
    assert.deepEqual(followed.image.data, once.image.data);
  }
});

test("half way, a pixel is half of each colour", () => {
  const pixels = new Pixels(1, 1, Uint8Array.of(255));
  pixels.add(0, [100, 0, 0], 1);
  pixels.addStep(0, [0, 50, 0], -1);
  pixels.addStep(0, [100, 0, 0], 1);
  pixels.shade(0.5, null);
  assert.deepEqual([...pixels.image.data], [50, 25, 0, 255]);
});

test("a frame in which nothing moved paints nothing", () => {
  const pixels = new Pixels(4, 4, new Uint8Array(16).fill(255));
  pixels.add(5, COLOURS[0], 1);
  assert.ok(pixels.shade(1, null));
  assert.equal(pixels.shade(1, null), null);
  pixels.add(6, COLOURS[1], 1);
  assert.deepEqual(pixels.shade(1, null), { left: 2, top: 1, width: 1, height: 1 });
});

test("stamps have the area of what they draw, wherever it lies in its pixel", () => {
  const stamper = markers({ radius: 4.3, opacity: 0.7, cross: false });
  for (const { weights } of stamper.stamps(100)) {
    const area = weights.reduce((sum, weight) => sum + weight, 0) / 64;
    assert.ok(Math.abs(area - Math.PI * 4.3 ** 2) < 1.5);
  }
  assert.equal(stamper.choose(0.99, 0.99), 63);
  assert.equal(dots(2).stamps(100)[0].offsets.join(), "0,1,100,101");
});

test("the fullest pixels are opaque, and a lone point is seen", () => {
  const counts = Uint32Array.from({ length: 1000 }, (_, i) => (i < 500 ? 0 : i < 990 ? 1 + (i % 7) : 500));
  const alpha = dots(1).opacities(counts);
  assert.equal(alpha[0], 0);
  assert.equal(alpha[999], 255);
  assert.ok(alpha[504] >= 0.45 * 255 - 1); // one point
});

test("text in an SVG cannot end its element", () => {
  assert.equal(escaped(`<b a="1">&'\u0000\ufffe`), "&#60;b a=&#34;1&#34;&#62;&#38;&#39;");
  const svg = svgOf([{ kind: "text", text: "</text><script>", x: 1, y: 2, size: 3, ink: "#000000" }], 10, 10, "</title>", "");
  assert.ok(!svg.includes("<script>") && !svg.includes("</title></title>"));
});
