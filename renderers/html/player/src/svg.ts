// Writes marks as an SVG file.

import { FONT } from "./marks.ts";
import type { Mark } from "./marks.ts";

/** The text of an SVG of some marks; `description` is for those who cannot see it. */
export function svgOf(marks: Mark[], width: number, height: number, title: string, description: string): string {
  const writer = new Writer();
  const body = writer.all(marks);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${short(width)}" height="${short(height)}" `,
    `viewBox="0 0 ${short(width)} ${short(height)}" role="img" font-family="${escaped(FONT)}">\n`,
    `<title>${escaped(title)}</title>\n<desc>${escaped(description)}</desc>\n`,
    body,
    "</svg>\n",
  ].join("");
}

class Writer {
  private clips = 0;

  all(marks: Mark[]): string {
    return marks.map((mark) => this.one(mark)).join("");
  }

  private one(mark: Mark): string {
    const opacity = ("opacity" in mark ? mark.opacity : undefined) ?? 1;
    const faint = opacity < 1 ? ` opacity="${short(opacity)}"` : "";
    switch (mark.kind) {
      case "polyline":
        return `<path d="${path(mark.xy)}"${line(mark)}${mark.dash?.length ? ` stroke-dasharray="${mark.dash.join(" ")}"` : ""}${faint}/>\n`;
      case "segments":
        return mark.edges.length ? `<path d="${mark.edges.map(path).join("")}"${line(mark)}${faint}/>\n` : "";
      case "area": {
        const [first, last] = [mark.xy[0], mark.xy[mark.xy.length - 2]];
        const outline = path([first, mark.foot, ...mark.xy, last, mark.foot]);
        return `<path d="${outline}Z" fill="${mark.ink}"${faint}/>\n`;
      }
      case "disc":
        return `<circle cx="${short(mark.x)}" cy="${short(mark.y)}" r="${short(mark.radius)}" fill="${mark.ink}"${faint}/>\n`;
      case "rings": {
        let rings = "";
        for (let i = 0; i < mark.xy.length; i += 2) {
          rings += `<circle cx="${short(mark.xy[i])}" cy="${short(mark.xy[i + 1])}" r="${short(mark.radius)}"/>`;
        }
        return rings && `<g${line(mark)}${faint}>${rings}</g>\n`;
      }
      case "dots":
        return dots(mark);
      case "rect":
        return `<rect${box(mark.box)} fill="${mark.ink}"${faint}/>\n`;
      case "text":
        return text(mark);
      case "image":
        return `<image${box(mark.box)} preserveAspectRatio="none" href="${mark.image.toDataURL("image/png")}"/>\n`;
      case "within": {
        const id = `clip${++this.clips}`;
        return `<clipPath id="${id}"><rect${box(mark.box)}/></clipPath>\n<g clip-path="url(#${id})">\n${this.all(mark.marks)}</g>\n`;
      }
      case "at":
        return `<g transform="translate(${short(mark.x)} ${short(mark.y)})">\n${this.all(mark.marks)}</g>\n`;
    }
  }
}

function dots({ xy, radius, ink, opacity, cross }: Extract<Mark, { kind: "dots" }>): string {
  const r = short(radius);
  let all = "";
  for (let i = 0; i < xy.length; i += 2) {
    const [x, y] = [short(xy[i]), short(xy[i + 1])];
    const d = short(2 * radius);
    all += cross
      ? `<path d="M${x} ${y}m-${r}-${r}l${d} ${d}m0-${d}l-${d} ${d}"/>`
      : `<circle cx="${x}" cy="${y}" r="${r}"/>`;
  }
  const paint = cross ? line({ ink, width: Math.max(1, radius * 0.5) }) : ` fill="${ink}"`;
  // Of each, not of the group: where markers overlap, there are more points.
  return `<g${paint} ${cross ? "stroke" : "fill"}-opacity="${short(opacity)}">${all}</g>\n`;
}

function text(mark: Extract<Mark, { kind: "text" }>): string {
  const anchor = mark.anchor && mark.anchor !== "start" ? ` text-anchor="${mark.anchor}"` : "";
  const weight = mark.bold ? ' font-weight="600"' : "";
  const turned = mark.turned ? ` transform="rotate(-90 ${short(mark.x)} ${short(mark.y)})"` : "";
  return (
    `<text x="${short(mark.x)}" y="${short(mark.y)}" font-size="${short(mark.size)}" fill="${mark.ink}"` +
    `${anchor}${weight}${turned}>${escaped(mark.text)}</text>\n`
  );
}

function line(mark: { ink: string; width: number }): string {
  return ` fill="none" stroke="${mark.ink}" stroke-width="${short(mark.width)}" stroke-linejoin="round" stroke-linecap="round"`;
}

function box({ left, top, width, height }: { left: number; top: number; width: number; height: number }): string {
  return ` x="${short(left)}" y="${short(top)}" width="${short(width)}" height="${short(height)}"`;
}

function path(xy: number[]): string {
  let d = "";
  for (let i = 0; i < xy.length; i += 2) d += `${i ? "L" : "M"}${short(xy[i])} ${short(xy[i + 1])}`;
  return d;
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Text that is safe within an element or an attribute; characters that XML forbids are left out. */
export function escaped(words: string): string {
  return words
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
