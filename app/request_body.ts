/**
 * Reads the body of a request before anything else is done with it: within a size, within a time, and as UTF-8.
 *
 * `Deno.serve` limits none of these. A handler that waited for a body with a connection in its hand would hold it as
 * long as a client likes. What `Deno.serve` (2.8.1) does not let a program limit is the time of a request's head, nor does
 * it close the socket of a client whose body was given up: these cost a socket each, and a proxy in front ends them.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { settledWithin } from "../lib/base/within.ts";

/** Limits of a request body. */
export interface BodyLimits {
  /** Maximum size, in bytes. */
  readonly bodyLimit: number;
  /** Time to arrive, in milliseconds (default 5,000). */
  readonly bodyTimeout?: number;
}

/**
 * Middleware that reads the body, so that `context.req.json()` has it.
 * @throws {HTTPException} 413 if it is too large, 408 if it takes too long, 400 if it is broken off or not UTF-8.
 */
export function requestBody({ bodyLimit, bodyTimeout = 5_000 }: BodyLimits): MiddlewareHandler {
  return async (context, next) => {
    const { body, headers } = context.req.raw;
    if (body) {
      const isTooLarge = Number(headers.get("content-length")) > bodyLimit;
      const bytes = isTooLarge ? undefined : await read(body, bodyLimit, bodyTimeout);
      if (!bytes) throw new HTTPException(413, { message: `The request body exceeds ${bodyLimit} bytes.` });
      // the cache holds promises, whatever its type says
      (context.req.bodyCache as { text?: Promise<string> }).text = Promise.resolve(asText(bytes));
    }
    await next();
  };
}

/** Returns the body; `undefined` if it is too large. */
async function read(
  body: ReadableStream<Uint8Array>,
  most: number,
  milliseconds: number,
): Promise<Uint8Array | undefined> {
  const deadline = performance.now() + milliseconds;
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const next = reader.read();
    next.catch(() => {}); // the client has gone
    if (!await settledWithin(deadline - performance.now(), next)) {
      void reader.cancel().catch(() => {});
      throw new HTTPException(408, { message: `The request body did not arrive within ${milliseconds / 1000} s.` });
    }
    const { done, value } = await next.catch((cause) => {
      throw new HTTPException(400, { message: "The request body was broken off.", cause }); // nobody reads it
    });
    if (done) return concatenated(chunks, size);
    size += value.length;
    if (size > most) {
      void reader.cancel().catch(() => {});
      return undefined;
    }
    chunks.push(value);
  }
}

function concatenated(chunks: readonly Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1) return chunks[0];
  const bytes = new Uint8Array(size);
  let filled = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  return bytes;
}

/** Decodes text; a lenient decoder would replace invalid bytes, and the damaged text would be stored. */
function asText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HTTPException(400, { message: "The request body is not encoded in UTF-8." });
  }
}
