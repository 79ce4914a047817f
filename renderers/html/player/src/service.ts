// Answers requests to cluster, one iteration at a time, in a worker or in the page itself.

import { assign, Lloyd } from "./kernel.ts";
import type { Answer, Request } from "./protocol.ts";
import { drawPlusPlus, drawRandom, randomFrom } from "./starts.ts";

type Tell = (answer: Answer) => void;

/** Return what takes requests; answers come through `tell`. A newer run ends the one before. */
export function service(tell: Tell): (request: Request) => void {
  let values: Float64Array = new Float64Array();
  let features = 1;
  let lloyd: Lloyd | null = null;
  let current = 0; // which run goes on

  async function run(id: number, centroids: Float64Array): Promise<void> {
    const mine = ++current;
    lloyd ??= new Lloyd(values, features);
    for (const step of lloyd.run(centroids)) {
      if (mine !== current) return;
      tell({ kind: "step", id, step });
      await new Promise((resume) => setTimeout(resume, 0)); // requests are heard between iterations
    }
    tell({ kind: "ended", id });
  }

  return (request) => {
    switch (request.kind) {
      case "points":
        ({ values, features } = request);
        lloyd = null;
        break;
      case "assign": {
        const labels = new Uint16Array(values.length / features);
        assign(values, features, request.centroids, labels);
        tell({ kind: "labels", id: request.id, labels });
        break;
      }
      case "draw": {
        const draw = request.method === "random" ? drawRandom : drawPlusPlus;
        const centroids = draw(values, features, request.k, randomFrom(request.seed));
        tell({ kind: "drawn", id: request.id, centroids });
        break;
      }
      case "run":
        void run(request.id, request.centroids);
        break;
      case "stop":
        current++;
    }
  };
}
