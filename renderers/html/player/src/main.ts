// Finds the players of a page and starts them; in a worker, answers them.

import { fromBase64, gunzip } from "./bytes.ts";
import { el } from "./dom.ts";
import { read } from "./payload.ts";
import { Player } from "./player.ts";
import type { Request } from "./protocol.ts";
import { service } from "./service.ts";

async function start(root: HTMLElement, alone: boolean, script: string): Promise<void> {
  root.dataset["ready"] = "no";
  const source = root.querySelector('script[type="application/octet-stream"]');
  try {
    const payload = await gunzip(fromBase64(source?.textContent ?? ""));
    root.replaceChildren();
    new Player(root, read(payload), alone, script);
    root.dataset["ready"] = "yes";
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    root.replaceChildren(el("p", { class: "kp-error", role: "alert" }, `This run cannot be shown: ${reason}.`));
    root.dataset["ready"] = "failed";
  }
}

/** Answer the page that has started this script as a worker. */
function serve(): void {
  const answer = service((told) => self.postMessage(told));
  self.addEventListener("message", (event: MessageEvent<Request>) => answer(event.data));
}

function startAll(): void {
  const found = [...document.querySelectorAll<HTMLElement>("div.kmeans-player")];
  // Alone on its page, a player fills it and takes the whole keyboard.
  const alone = found.length === 1 && [...document.body.children].every((child) => child === found[0] || child.matches("script, style, noscript"));
  const source = document.currentScript?.textContent ?? "";
  for (const root of found) if (!root.dataset["ready"]) void start(root, alone, source);
}

if (typeof document === "undefined") serve();
else startAll();
