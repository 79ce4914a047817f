// Time: where the run is, and how it plays. Knows no pixels.

import { OPENING } from "./moment.ts";

const OPENING_SECONDS = 0.8; // that the initial state takes
const FIRST_SECONDS = 1.2; // of the first iteration ...
const DECAY = 0.88; // ... and of each further one, as a share of the one before ...
const LEAST_SECONDS = 1 / 30; // ... down to this
const REST = 0.35; // share of a long iteration that the centroids rest after their move
const HOLD_SECONDS = 2; // that the end is held before a loop

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

export class Timeline {
  position = 0;
  playing = false;
  loop = false;
  speed = 1;
  phases = false;
  /** Where it begins: before the first state, if that is the beginning of a run. */
  first = OPENING;
  /** The last state there is. */
  last = 0;
  /** Whether more states are to come. */
  growing = false;
  private resting = 0; // seconds before it goes on

  /** Play; from the beginning if this is the end. */
  play(): void {
    if (this.position >= this.last && !this.growing) this.position = this.first;
    this.playing = true;
    this.resting = 0;
  }

  pause(): void {
    this.playing = false;
  }

  go(position: number): void {
    this.position = Math.max(this.first, Math.min(this.last, position));
    this.resting = 0;
  }

  /** Step to the next whole state, or the one before. */
  step(by: 1 | -1): void {
    this.playing = false;
    this.go(by > 0 ? Math.floor(this.position + 1e-9) + 1 : Math.ceil(this.position - 1e-9) - 1);
  }

  /** Go on by some seconds of real time. */
  advance(seconds: number): void {
    let left = seconds * this.speed;
    while (this.playing && left > 0) {
      if (this.resting > 0) {
        const rested = Math.min(left, this.resting);
        this.resting -= rested;
        left -= rested;
        continue;
      }
      if (this.position >= this.last) {
        if (this.growing) return;
        if (!this.loop) {
          this.playing = false;
          return;
        }
        this.position = this.first;
      }
      left = this.move(left);
    }
  }

  /** Go towards the next whole state, and return the seconds that are left. */
  private move(seconds: number): number {
    const next = Math.floor(this.position) + 1;
    const lasting = this.secondsOf(next);
    const rest = lasting > 8 / 30 ? lasting * REST : 0;
    const moving = lasting - rest;
    const needed = (next - this.position) * moving;
    if (seconds < needed) {
      this.position += seconds / moving;
      return 0;
    }
    this.position = next;
    this.resting = next >= this.last && this.loop ? HOLD_SECONDS : rest;
    return seconds - needed;
  }

  /** How long the way to a state takes. */
  private secondsOf(state: number): number {
    if (state <= 0) return OPENING_SECONDS / (1 - REST);
    const seconds = Math.max(LEAST_SECONDS, FIRST_SECONDS * DECAY ** (state - 1));
    return this.phases && state > 1 ? 1.6 * seconds : seconds;
  }
}
