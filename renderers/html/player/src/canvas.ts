// Paints marks on a canvas.

import { fontOf } from "./marks.ts";
import type { Mark } from "./marks.ts";

type Context = CanvasRenderingContext2D;

export function paint(context: Context, marks: Mark[]): void {
  for (const mark of marks) {
    context.globalAlpha = ("opacity" in mark ? mark.opacity : undefined) ?? 1;
    paintOne(context, mark);
  }
  context.globalAlpha = 1;
}

/** Paint a whole canvas anew, as large as it is shown. */
export function paintOn(canvas: HTMLCanvasElement, marks: Mark[], ratio: number): void {
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  const context = canvas.getContext("2d");
  if (!context || !width || !height) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  paint(context, marks);
}

function paintOne(context: Context, mark: Mark): void {
  switch (mark.kind) {
    case "polyline":
      context.setLineDash(mark.dash ?? []);
      stroke(context, mark.ink, mark.width, () => trace(context, mark.xy));
      context.setLineDash([]);
      break;
    case "segments":
      stroke(context, mark.ink, mark.width, () => {
        for (const edge of mark.edges) trace(context, edge);
      });
      break;
    case "area": {
      const { xy, foot } = mark;
      context.fillStyle = mark.ink;
      context.beginPath();
      context.moveTo(xy[0], foot);
      for (let i = 0; i < xy.length; i += 2) context.lineTo(xy[i], xy[i + 1]);
      context.lineTo(xy[xy.length - 2], foot);
      context.fill();
      break;
    }
    case "disc":
      context.fillStyle = mark.ink;
      context.beginPath();
      context.arc(mark.x, mark.y, mark.radius, 0, 2 * Math.PI);
      context.fill();
      break;
    case "rings":
      stroke(context, mark.ink, mark.width, () => {
        for (let i = 0; i < mark.xy.length; i += 2) {
          context.moveTo(mark.xy[i] + mark.radius, mark.xy[i + 1]);
          context.arc(mark.xy[i], mark.xy[i + 1], mark.radius, 0, 2 * Math.PI);
        }
      });
      break;
    case "dots":
      dots(context, mark);
      break;
    case "rect":
      context.fillStyle = mark.ink;
      context.fillRect(mark.box.left, mark.box.top, mark.box.width, mark.box.height);
      break;
    case "text":
      write(context, mark);
      break;
    case "image":
      context.drawImage(mark.image, mark.box.left, mark.box.top, mark.box.width, mark.box.height);
      break;
    case "within":
      context.save();
      context.beginPath();
      context.rect(mark.box.left, mark.box.top, mark.box.width, mark.box.height);
      context.clip();
      paint(context, mark.marks);
      context.restore();
      break;
    case "at":
      context.save();
      context.translate(mark.x, mark.y);
      paint(context, mark.marks);
      context.restore();
  }
}

function dots(context: Context, { xy, radius, ink, cross }: Extract<Mark, { kind: "dots" }>): void {
  context.fillStyle = context.strokeStyle = ink;
  context.lineWidth = Math.max(1, radius * 0.5);
  context.beginPath();
  for (let i = 0; i < xy.length; i += 2) {
    const [x, y] = [xy[i], xy[i + 1]];
    if (cross) {
      trace(context, [x - radius, y - radius, x + radius, y + radius]);
      trace(context, [x - radius, y + radius, x + radius, y - radius]);
    } else {
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
  }
  if (cross) context.stroke();
  else context.fill();
}

function stroke(context: Context, ink: string, width: number, path: () => void): void {
  context.strokeStyle = ink;
  context.lineWidth = width;
  context.lineJoin = context.lineCap = "round";
  context.beginPath();
  path();
  context.stroke();
}

function trace(context: Context, xy: number[]): void {
  if (xy.length) context.moveTo(xy[0], xy[1]);
  for (let i = 2; i < xy.length; i += 2) context.lineTo(xy[i], xy[i + 1]);
}

function write(context: Context, mark: Extract<Mark, { kind: "text" }>): void {
  context.fillStyle = mark.ink;
  context.font = fontOf(mark.size, mark.bold);
  context.textAlign = mark.anchor === "middle" ? "center" : mark.anchor === "end" ? "right" : "left";
  context.textBaseline = "alphabetic";
  if (!mark.turned) {
    context.fillText(mark.text, mark.x, mark.y);
    return;
  }
  context.save();
  context.translate(mark.x, mark.y);
  context.rotate(-Math.PI / 2);
  context.fillText(mark.text, 0, 0);
  context.restore();
}
