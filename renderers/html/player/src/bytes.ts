// From the text of a page to the bytes of its payload: base64, then gzip.

import { inflate } from "./inflate.ts";

/** Decode base64 (RFC 4648); white space is skipped. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const packed = atob(text);
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
  return bytes;
}

/** Unpack a gzip stream (RFC 1952). */
export async function gunzip(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof DecompressionStream === "undefined") return inflate(packed);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
