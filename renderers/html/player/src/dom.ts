// Elements of the page, made by script: the policy of the page allows no markup with styles or handlers.

type Child = Node | string | null;
type Attributes = Record<string, string | number | boolean | null>;

/** Make an element; an attribute that is false or null is left out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child): child is Node | string => child !== null));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** Paths on a grid of 24 units. */
const ICONS = {
  play: "M7 4.5v15l13-7.5z",
  pause: "M6 4.5h4.2v15H6zM13.8 4.5H18v15h-4.2z",
  first: "M5 5h2.4v14H5zM20 5v14L9 12z",
  back: "M18 5v14L7 12z",
  forward: "M6 5v14l11-7z",
  last: "M16.600 5H19v14h-2.400zM4 5v14l11-7z",
  loop: "M7 7h10v3l4-4-4-4v3H5v7h2zM17 17H7v-3l-4 4 4 4v-3h12v-7h-2z",
  full: "M4 4h6v2.200H6.200V10H4zM14 4h6v6h-2.200V6.200H14zM4 14h2.200v3.800H10V20H4zM17.800 14H20v6h-6v-2.200h3.800z",
  reset: "M12 4a8 8 0 1 1-7.600 5.500l2 .650A5.900 5.900 0 1 0 12 6.100V9.500L6.500 5 12 .500z",
} as const;

export type Icon = keyof typeof ICONS;

export function icon(name: Icon): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button with a picture; `label` is its name, and what is shown when it is pointed at. */
export function iconButton(name: Icon, label: string, key: string, act: () => void): HTMLButtonElement {
  const button = el("button", { type: "button", class: "kp-icon", "aria-label": label, title: `${label} (${key})` }, icon(name));
  button.addEventListener("click", act);
  return button;
}

export function textButton(words: string, key: string, act: () => void): HTMLButtonElement {
  const button = el("button", { type: "button", class: "kp-text" }, words, key ? el("kbd", {}, key) : null);
  button.addEventListener("click", act);
  return button;
}

/** A button that is on or off. */
export function toggle(words: string, key: string, act: () => void): HTMLButtonElement {
  const button = textButton(words, key, act);
  button.classList.add("kp-toggle");
  button.setAttribute("aria-pressed", "false");
  return button;
}

export function setPressed(button: HTMLElement, pressed: boolean): void {
  button.setAttribute("aria-pressed", String(pressed));
}

/** Hand a file to the reader. */
export function download(blob: Blob, name: string): void {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

let made = 0;

/** An id that no other player of the page has. */
export function freshId(): string {
  return `kp-${++made}`;
}
