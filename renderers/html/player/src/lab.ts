// Runs of the page's own: asks a worker, or this thread where the page may have none.

import type { Step } from "./kernel.ts";
import type { Points, Run, State } from "./model.ts";
import { NO_CELLS } from "./model.ts";
import type { Answer, Method, Request } from "./protocol.ts";
import { service } from "./service.ts";

type Question = Exclude<Request, { kind: "points" | "stop" }>;

export class Lab {
  private send: ((request: Request) => void) | null = null;
  private id = 0;
  private previewing = false;
  private waiting: (() => void) | null = null; // the newest preview that has not been asked for
  private readonly asked = new Map<number, { question: Question; hear: (answer: Answer) => void }>();

  /** `source` is the script of the page, which is that of the worker as well. */
  constructor(
    private readonly points: Points,
    private readonly source: string,
  ) {}

  /** The labels from some centroids; while one answer is awaited, only the newest question is kept. */
  preview(centroids: Float64Array, hear: (labels: Uint16Array) => void): void {
    const question = centroids.slice();
    const ask = () => {
      this.previewing = true;
      this.ask({ kind: "assign", id: ++this.id, centroids: question }, (answer) => {
        if (answer.kind !== "labels") return;
        this.previewing = false;
        hear(answer.labels);
        const next = this.waiting;
        this.waiting = null;
        next?.();
      });
    };
    if (this.previewing) this.waiting = ask;
    else ask();
  }

  draw(k: number, method: Method, hear: (centroids: Float64Array) => void): void {
    const seed = Math.floor(Math.random() * 2 ** 32);
    this.ask({ kind: "draw", id: ++this.id, k, method, seed }, (answer) => {
      if (answer.kind === "drawn") hear(answer.centroids);
    });
  }

  /** Start a run; `hear` is told of it with its first state, and again whenever it has another. */
  run(centroids: Float64Array, hear: (run: Run) => void): void {
    this.waiting = null;
    let run: Run | null = null;
    this.ask({ kind: "run", id: ++this.id, centroids: centroids.slice() }, (answer) => {
      if (answer.kind === "ended") {
        if (run) run.complete = true;
      } else if (answer.kind === "step") {
        run ??= {
          k: centroids.length / this.points.features,
          noise: false,
          steps: false,
          sweep: null,
          labels: answer.step.labels,
          states: [],
          cells: () => NO_CELLS,
          own: true,
          complete: false,
        };
        run.states.push(stateOf(answer.step));
      }
      if (run) hear(run);
    });
  }

  stop(): void {
    this.send?.({ kind: "stop" });
  }

  private ask(question: Question, hear: (answer: Answer) => void): void {
    if (question.kind === "run") {
      this.asked.clear();
      this.previewing = false;
    }
    this.asked.set(question.id, { question, hear });
    (this.send ??= this.start())(question);
  }

  private start(): (request: Request) => void {
    const hear = (answer: Answer) => {
      const asked = this.asked.get(answer.id);
      if (answer.kind !== "step") this.asked.delete(answer.id);
      asked?.hear(answer);
    };
    let send: (request: Request) => void;
    try {
      if (!this.source) throw new Error("the script is in another file");
      const worker = new Worker(URL.createObjectURL(new Blob([this.source], { type: "text/javascript" })));
      worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => hear(data));
      worker.addEventListener("error", () => this.move(hear));
      send = (request) => worker.postMessage(request);
    } catch {
      send = service(hear);
    }
    if (this.points.values) send({ kind: "points", values: this.points.values, features: this.points.features });
    return send;
  }

  /** The worker was refused: this thread answers what was asked, and what will be. */
  private move(hear: (answer: Answer) => void): void {
    this.send = service(hear);
    if (this.points.values) this.send({ kind: "points", values: this.points.values, features: this.points.features });
    for (const { question } of [...this.asked.values()]) this.send(question);
  }
}

function stateOf(step: Step): State {
  const { changed: points, labels } = step;
  const delta = step.iteration ? { points, labels } : { points: new Uint32Array(), labels: new Uint16Array() };
  return { ...step, delta: () => delta, cells: () => NO_CELLS };
}
