/**
 * The output of a child process, for tests.
 *
 * @module
 */

/** What a process prints. */
export interface ChildOutput {
  /** Returns the output so far, of both streams. */
  text(): string;
  /** Resolves when both streams are closed. */
  readonly closed: Promise<unknown>;
}

/** Reads both streams of a process, which must be piped. */
export function readOutput({ stdout, stderr }: Pick<Deno.ChildProcess, "stdout" | "stderr">): ChildOutput {
  let text = "";
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) text += part;
  };
  return { text: () => text, closed: Promise.all([read(stdout), read(stderr)]) };
}
