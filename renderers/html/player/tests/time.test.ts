import assert from "node:assert/strict";
import { test } from "node:test";
import { captionOf } from "../src/caption.ts";
import { bordersAt, centroidsAt, figuresOf, momentAt, OPENING } from "../src/moment.ts";
import { read } from "../src/payload.ts";
import { Timeline } from "../src/timeline.ts";
import { Track } from "../src/track.ts";
import { demo } from "./writer.ts";

const showing = read(demo());
const [{ run }] = showing.panels;

test("whole positions are states at rest, whatever the phases", () => {
  for (const phases of [false, true]) {
    for (const state of [0, 1, 2]) {
      const moment = momentAt(run, state, phases);
      assert.deepEqual([moment.state, moment.colours, moment.motion], [state, 1, 1]);
      assert.equal(centroidsAt(run, moment), run.states[state].centroids);
      assert.equal(bordersAt(run, moment), run.states[state].assignedFrom);
    }
  }
});

test("between states colours, borders and centroids are in step", () => {
  const moment = momentAt(run, 1.5, false);
  assert.deepEqual(moment, { state: 2, phase: "state", colours: 0.5, motion: 0.5 });
  assert.equal(figuresOf(moment), 1);
  // From what state 1 was assigned from, the initial centroids, to what state 2 was.
  assert.deepEqual([...bordersAt(run, moment)], [0.25, 0, 5.25, 2]);
});

test("in phases colours and borders go first", () => {
  const assigning = momentAt(run, 1.2, true);
  assert.equal(assigning.phase, "assignment");
  assert.equal(assigning.motion, 0);
  assert.ok(assigning.colours > 0 && assigning.colours < 1);
  const updating = momentAt(run, 1.7, true);
  assert.deepEqual([updating.phase, updating.colours], ["update", 1]);
  assert.equal(momentAt(run, 0.2, true).phase, "update"); // state 1 has the labels of state 0
});

test("before the first state points have no cluster", () => {
  assert.deepEqual(momentAt(run, OPENING, false), { state: 0, phase: "start", colours: 0, motion: 1 });
  assert.equal(momentAt(run, -0.5, false).phase, "start");
});

test("labels follow the changes there and back", () => {
  const track = new Track(run);
  const seen: number[] = [];
  for (const state of [2, 0, 1, 2]) {
    track.seek(state, (points) => seen.push(...points));
    assert.deepEqual([...track.labels], state === 2 ? [0, 0, 1, 1] : [0, 1, 1, 1]);
  }
  assert.deepEqual(seen, [1, 1, 1]);
  assert.deepEqual([...track.change(2).before], [1]);
});

function timeline(last: number): Timeline {
  const time = new Timeline();
  time.last = last;
  return time;
}

test("playing goes to the end and stops, and begins again from the start", () => {
  const time = timeline(3);
  time.play();
  for (let i = 0; i < 1000 && time.playing; i++) time.advance(0.02);
  assert.deepEqual([time.position, time.playing], [3, false]);
  time.play();
  assert.equal(time.position, OPENING);
});

test("a loop holds the end, then goes round", () => {
  const time = timeline(1);
  time.loop = true;
  time.go(0.999);
  time.play();
  time.advance(0.5);
  assert.equal(time.position, 1);
  time.advance(2);
  assert.deepEqual([Math.floor(time.position), time.playing], [-1, true]);
});

test("speed and the size of the steps of the clock change nothing but the pace", () => {
  const positions = [1, 10].map((steps) => {
    const time = timeline(50);
    time.speed = 4;
    time.play();
    for (let i = 0; i < steps; i++) time.advance(1.7 / steps);
    return time.position;
  });
  assert.ok(Math.abs(positions[0] - positions[1]) < 1e-9);
});

test("playing waits for states that are still to come", () => {
  const time = timeline(0);
  time.growing = true;
  time.play();
  time.advance(60);
  assert.deepEqual([time.position, time.playing], [0, true]);
  time.last = 1;
  time.advance(60);
  assert.equal(time.position, 1);
});

test("steps go to whole states", () => {
  const time = timeline(3);
  time.go(1.4);
  time.step(1);
  assert.equal(time.position, 2);
  time.step(-1);
  assert.equal(time.position, 1);
  time.go(0);
  time.step(-1);
  time.step(-1);
  assert.equal(time.position, OPENING);
});

test("captions say what happens", () => {
  const words = (position: number, phases = false) => captionOf(run, showing.points, momentAt(run, position, phases), "random");
  assert.equal(words(-1), "2 initial centroids, random");
  assert.equal(words(0), "assign: every point joins its nearest centroid");
  assert.equal(words(1), "update: centroids move to the means of their points");
  assert.equal(words(1.5), "1 of 4 points changes cluster, centroids follow");
  assert.equal(words(1.1, true), "assign: 1 of 4 points changes cluster");
  assert.equal(words(2), "converged after 2 iterations");
});
