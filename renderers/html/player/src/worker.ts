// What runs in the worker.

import type { Request } from "./protocol.ts";
import { service } from "./service.ts";

const answer = service((told) => self.postMessage(told));
self.addEventListener("message", (event: MessageEvent<Request>) => answer(event.data));
