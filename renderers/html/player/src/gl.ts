// Markers by WebGL2: one context for all players of a page. Knows labels and colours, no runs.

import type { Rgb } from "./themes.ts";

const VERTEX = `#version 300 es
uniform vec4 affine; // shares of the limits to clip space: scale, shift
uniform float size;
uniform float progress;
uniform highp sampler2D palette; // colours before and now, in alternate rows
in vec2 place;
in uvec2 labels; // before and now
flat out vec4 colour;
vec4 colourOf(uint label, int row) {
  return texelFetch(palette, ivec2(int(label & 1023u), 2 * int(label >> 10u) + row), 0);
}
void main() {
  gl_Position = vec4(place * affine.xy + affine.zw, 0.0, 1.0);
  gl_PointSize = size;
  colour = mix(colourOf(labels.x, 0), colourOf(labels.y, 1), progress);
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
uniform float size;
uniform float radius;
uniform float opacity;
uniform bool cross_;
flat in vec4 colour;
out vec4 ink;
void main() {
  vec2 d = (gl_PointCoord - 0.5) * size;
  float cover;
  if (cross_) {
    float half_ = max(0.5, radius * 0.25);
    float across = min(abs(d.x + d.y), abs(d.x - d.y)) * 0.70710678;
    cover = clamp(half_ + 0.5 - across, 0.0, 1.0) * clamp(radius + 0.5 - max(abs(d.x), abs(d.y)), 0.0, 1.0);
  } else {
    cover = clamp(radius + 0.5 - length(d), 0.0, 1.0);
  }
  if (cover <= 0.0) discard;
  ink = vec4(colour.rgb, 1.0) * (opacity * cover);
}`;

const WIDE = 1024; // entries of a row of the palette

export interface MarkerLook {
  radius: number; // in device pixels
  opacity: number;
  cross: boolean;
}

export class Gl {
  readonly canvas: HTMLCanvasElement;
  lost = false;
  private readonly uniforms: Record<string, WebGLUniformLocation | null> = {};

  private constructor(
    readonly gl: WebGL2RenderingContext,
    program: WebGLProgram,
  ) {
    for (const name of ["affine", "size", "progress", "radius", "opacity", "cross_"]) {
      this.uniforms[name] = gl.getUniformLocation(program, name);
    }
    this.canvas = gl.canvas as HTMLCanvasElement;
    this.canvas.addEventListener("webglcontextlost", () => (this.lost = true));
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(program);
  }

  /** The page's context, or null where WebGL2 is missing or was lost. */
  static get(): Gl | null {
    shared ??= Gl.make();
    return shared === "missing" || shared.lost ? null : shared;
  }

  private static make(): Gl | "missing" {
    const canvas = document.createElement("canvas");
    const gl = canvas.getContext("webgl2", { antialias: false, depth: false, premultipliedAlpha: true });
    if (!gl) return "missing";
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
      const shader = gl.createShader(kind);
      if (!shader) return "missing";
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.bindAttribLocation(program, 0, "place");
    gl.bindAttribLocation(program, 1, "labels");
    gl.linkProgram(program);
    return gl.getProgramParameter(program, gl.LINK_STATUS) ? new Gl(gl, program) : "missing";
  }

  /** Draw markers on the context's own canvas, from its upper left corner. */
  draw(markers: Markers, width: number, height: number, affine: number[], progress: number, look: MarkerLook): void {
    const { gl, canvas, uniforms } = this;
    if (canvas.width < width) canvas.width = width;
    if (canvas.height < height) canvas.height = height;
    gl.viewport(0, canvas.height - height, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const size = 2 * Math.ceil(look.radius + 1);
    gl.uniform4f(uniforms.affine, affine[0], affine[1], affine[2], affine[3]);
    gl.uniform1f(uniforms.size, size);
    gl.uniform1f(uniforms.progress, progress);
    gl.uniform1f(uniforms.radius, look.radius);
    gl.uniform1f(uniforms.opacity, look.opacity);
    gl.uniform1i(uniforms.cross_, look.cross ? 1 : 0);
    markers.bind();
    gl.drawElements(gl.POINTS, markers.visible, gl.UNSIGNED_INT, 0);
  }
}

let shared: Gl | "missing" | null = null;

/** The points of one panel in the memory of the graphics processor. */
export class Markers {
  visible = 0;
  private readonly array: WebGLVertexArrayObject;
  private readonly places: WebGLBuffer;
  private readonly labels: WebGLBuffer;
  private readonly indices: WebGLBuffer;
  private readonly palette: WebGLTexture;
  private readonly packed: Uint16Array; // labels before and now of each point

  constructor(
    private readonly gl: WebGL2RenderingContext,
    places: Float32Array,
  ) {
    this.array = gl.createVertexArray();
    [this.places, this.labels, this.indices] = [gl.createBuffer(), gl.createBuffer(), gl.createBuffer()];
    this.palette = gl.createTexture();
    this.packed = new Uint16Array(places.length);
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.places);
    gl.bufferData(gl.ARRAY_BUFFER, places, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.labels);
    gl.bufferData(gl.ARRAY_BUFFER, this.packed.byteLength, gl.DYNAMIC_DRAW);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribIPointer(1, 2, gl.UNSIGNED_SHORT, 0, 0);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.indices);
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    }
  }

  /** Draw only these points. */
  show(points: Uint32Array): void {
    this.gl.bindVertexArray(this.array);
    this.gl.bufferData(this.gl.ELEMENT_ARRAY_BUFFER, points, this.gl.STATIC_DRAW);
    this.visible = points.length;
  }

  /** Set all labels: before, as `before` says of some points, and now. */
  label(now: Uint16Array, points: Uint32Array, before: ArrayLike<number>): void {
    for (let i = 0; i < now.length; i++) this.packed[2 * i] = this.packed[2 * i + 1] = now[i];
    for (let i = 0; i < points.length; i++) this.packed[2 * points[i]] = before[i];
    this.upload(0, now.length);
  }

  /** Set the labels of some points, ascending, and leave the others. */
  relabel(now: Uint16Array, settled: Uint32Array, points: Uint32Array, before: ArrayLike<number>): void {
    let [low, high] = [now.length, 0];
    for (const some of [settled, points]) {
      if (!some.length) continue;
      low = Math.min(low, some[0]);
      high = Math.max(high, some[some.length - 1] + 1);
      for (const point of some) this.packed[2 * point] = this.packed[2 * point + 1] = now[point];
    }
    for (let i = 0; i < points.length; i++) this.packed[2 * points[i]] = before[i];
    this.upload(low, high);
  }

  colour(before: Rgb[], now: Rgb[]): void {
    const { gl } = this;
    const rows = Math.ceil(Math.max(before.length, now.length) / WIDE);
    const texels = new Uint8Array(4 * WIDE * 2 * rows);
    [before, now].forEach((colours, row) =>
      colours.forEach((colour, i) => texels.set([...colour, 255], 4 * ((2 * Math.floor(i / WIDE) + row) * WIDE + (i % WIDE)))),
    );
    gl.bindTexture(gl.TEXTURE_2D, this.palette);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, WIDE, 2 * rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
  }

  bind(): void {
    this.gl.bindVertexArray(this.array);
    this.gl.bindTexture(this.gl.TEXTURE_2D, this.palette);
  }

  dispose(): void {
    const { gl } = this;
    for (const buffer of [this.places, this.labels, this.indices]) gl.deleteBuffer(buffer);
    gl.deleteTexture(this.palette);
    gl.deleteVertexArray(this.array);
  }

  private upload(low: number, high: number): void {
    if (low >= high) return;
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.labels);
    this.gl.bufferSubData(this.gl.ARRAY_BUFFER, 4 * low, this.packed.subarray(2 * low, 2 * high));
  }
}
