// The point nearest to a place on the picture: a grid of cells, made when it is first asked for.

export class Finder {
  private readonly side: number;
  private readonly starts: Uint32Array;
  private readonly order: Uint32Array;

  /** `places` are shares of the limits; points outside of them are in the cells at the edge. */
  constructor(private readonly places: Float32Array) {
    const count = places.length / 2;
    this.side = Math.max(1, Math.min(512, Math.round(Math.sqrt(count / 2))));
    this.starts = new Uint32Array(this.side ** 2 + 1);
    const cells = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      cells[i] = this.cell(places[2 * i + 1]) * this.side + this.cell(places[2 * i]);
      this.starts[cells[i] + 1]++;
    }
    for (let cell = 0; cell < this.side ** 2; cell++) this.starts[cell + 1] += this.starts[cell];
    const next = this.starts.slice();
    this.order = new Uint32Array(count);
    for (let i = 0; i < count; i++) this.order[next[cells[i]]++] = i;
  }

  /** The point nearest to (x, y) within an ellipse of these radii, or -1. */
  nearest(x: number, y: number, radiusX: number, radiusY: number): number {
    let best = -1;
    let least = 1;
    for (let row = this.cell(y - radiusY); row <= this.cell(y + radiusY); row++) {
      for (let column = this.cell(x - radiusX); column <= this.cell(x + radiusX); column++) {
        const cell = row * this.side + column;
        for (let at = this.starts[cell]; at < this.starts[cell + 1]; at++) {
          const point = this.order[at];
          const dx = (this.places[2 * point] - x) / radiusX;
          const dy = (this.places[2 * point + 1] - y) / radiusY;
          const distance = dx * dx + dy * dy;
          if (distance < least) [best, least] = [point, distance];
        }
      }
    }
    return best;
  }

  private cell(share: number): number {
    return Math.max(0, Math.min(this.side - 1, Math.floor(share * this.side)));
  }
}
