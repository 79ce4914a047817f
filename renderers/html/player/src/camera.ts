// Which part of the plane is seen, and where it lies on the pixels of a box.

import type { Limits } from "./head.ts";
import type { Plane } from "./plane.ts";

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

const CLOSEST = 2000; // times; beyond, the float32 of a place would show

/** Zoom and pan, shared by all panels: the middle as shares of the limits, and how many times larger. */
export class Camera {
  zoom = 1;
  x = 0.5;
  y = 0.5;

  get isWhole(): boolean {
    return this.zoom === 1 && this.x === 0.5 && this.y === 0.5;
  }

  reset(): void {
    this.zoom = 1;
    this.x = this.y = 0.5;
  }

  /** Zoom by a factor; the place at shares (x, y) of the limits stays where it is. */
  zoomAt(factor: number, x: number, y: number): void {
    const zoom = Math.min(CLOSEST, Math.max(1, this.zoom * factor));
    const share = this.zoom / zoom;
    this.x = x + (this.x - x) * share;
    this.y = y + (this.y - y) * share;
    this.zoom = zoom;
    this.keepWithin();
  }

  pan(x: number, y: number): void {
    this.x += x;
    this.y += y;
    this.keepWithin();
  }

  private keepWithin(): void {
    const reach = 0.5 - 0.5 / this.zoom;
    this.x = Math.min(0.5 + reach, Math.max(0.5 - reach, this.x));
    this.y = Math.min(0.5 + reach, Math.max(0.5 - reach, this.y));
  }
}

/** Pixels of a box and the part of the plane that fills them; the vertical axis points up. */
export class Placement {
  readonly limits: Limits;

  constructor(
    readonly plane: Plane,
    readonly box: Box,
    camera: Camera,
  ) {
    let [xmin, xmax, ymin, ymax] = plane.limits;
    const middleX = xmin + (xmax - xmin) * camera.x;
    const middleY = ymin + (ymax - ymin) * camera.y;
    let halfX = (xmax - xmin) / 2 / camera.zoom;
    let halfY = (ymax - ymin) / 2 / camera.zoom;
    if (plane.units) {
      const [x, y] = plane.units;
      const scale = Math.max(halfX / x / box.width, halfY / y / box.height);
      halfX = scale * x * box.width;
      halfY = scale * y * box.height;
    }
    [xmin, xmax, ymin, ymax] = [middleX - halfX, middleX + halfX, middleY - halfY, middleY + halfY];
    this.limits = [xmin, xmax, ymin, ymax];
  }

  /** The pixel of a place on the plane. */
  pixel(x: number, y: number): [number, number] {
    const [xmin, xmax, ymin, ymax] = this.limits;
    const { left, top, width, height } = this.box;
    return [left + ((x - xmin) / (xmax - xmin)) * width, top + ((ymax - y) / (ymax - ymin)) * height];
  }

  /** The place on the plane of a pixel. */
  place(x: number, y: number): [number, number] {
    const [xmin, xmax, ymin, ymax] = this.limits;
    const { left, top, width, height } = this.box;
    return [xmin + ((x - left) / width) * (xmax - xmin), ymax - ((y - top) / height) * (ymax - ymin)];
  }

  /** A pixel as shares of the plane's limits. */
  share(x: number, y: number): [number, number] {
    const [xmin, xmax, ymin, ymax] = this.plane.limits;
    const [px, py] = this.place(x, y);
    return [(px - xmin) / (xmax - xmin), (py - ymin) / (ymax - ymin)];
  }

  /** How shares of the limits become pixels: x * sx + tx, y * sy + ty. */
  get affine(): { sx: number; tx: number; sy: number; ty: number } {
    const [xmin, xmax, ymin, ymax] = this.plane.limits;
    const [tx, ty] = this.pixel(xmin, ymin);
    const [ex, ey] = this.pixel(xmax, ymax);
    return { sx: ex - tx, tx, sy: ey - ty, ty };
  }

  contains(x: number, y: number): boolean {
    const { left, top, width, height } = this.box;
    return x >= left && y >= top && x <= left + width && y <= top + height;
  }
}
