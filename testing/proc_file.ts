/**
 * Reads what Linux reports about a thread in /proc.
 *
 * @module
 */

const READ_ONLY = 0;
const MOST_BYTES = 256;

/** The C library: Deno itself opens files of /proc only with all permissions. */
const libc = openLibrary();

function openLibrary() {
  if (Deno.build.os !== "linux" || Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
  try {
    return Deno.dlopen("libc.so.6", {
      open: { parameters: ["buffer", "i32"], result: "i32" },
      read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
      close: { parameters: ["i32"], result: "i32" },
    }).symbols;
  } catch {
    return undefined; // another C library: nothing is known
  }
}

/** Returns the beginning of a file, opened by the calling thread; `undefined` if it does not exist. */
export function readProc(path: string): string | undefined {
  if (!libc) return undefined;
  const file = libc.open(new TextEncoder().encode(`${path}\0`), READ_ONLY);
  if (file < 0) return undefined;
  const bytes = new Uint8Array(MOST_BYTES);
  const length = Number(libc.read(file, bytes, BigInt(MOST_BYTES)));
  libc.close(file);
  return length > 0 ? new TextDecoder().decode(bytes.subarray(0, length)) : undefined;
}
