// A button that opens a small panel of controls above it.

import { el, freshId } from "./dom.ts";

export class Menu {
  readonly element: HTMLElement;
  private readonly button: HTMLButtonElement;
  private readonly panel: HTMLElement;

  constructor(words: string, ...content: Node[]) {
    const id = freshId();
    this.button = el("button", { type: "button", class: "kp-text", "aria-expanded": "false", "aria-controls": id }, words);
    this.panel = el("div", { id, class: "kp-menu-panel", role: "group", "aria-label": words, hidden: true }, ...content);
    this.element = el("div", { class: "kp-menu" }, this.button, this.panel);
    this.button.addEventListener("click", () => this.set(!this.isOpen));
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.isOpen) return;
      event.stopPropagation();
      this.set(false);
      this.button.focus();
    });
    document.addEventListener("pointerdown", ({ target }) => {
      if (target instanceof Node && !this.element.contains(target)) this.set(false);
    });
    this.element.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !this.element.contains(relatedTarget)) this.set(false);
    });
  }

  private get isOpen(): boolean {
    return !this.panel.hasAttribute("hidden");
  }

  private set(open: boolean): void {
    this.panel.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    // Where there is no room to the right, it grows to the left.
    this.panel.classList.remove("kp-to-left");
    const { right } = this.panel.getBoundingClientRect();
    this.panel.classList.toggle("kp-to-left", right > document.documentElement.clientWidth - 4);
  }
}
