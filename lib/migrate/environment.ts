/** Loads `env.ts`, the configuration of migrations. @module */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Metadata } from "../schema/table.ts";
import { InvalidDirectoryError, MissingUrlError } from "./errors.ts";
import type { IncludeObject } from "./include_object.ts";
import { checksumOf } from "./revision_file.ts";

/** Models for autogenerate and check. */
export interface Models {
  /** Tables of the models, or a function that loads them on demand. */
  readonly metadata?: Metadata | (() => Metadata | Promise<Metadata>);
  /** Filter for the compared objects. */
  readonly includeObject?: IncludeObject;
}

/** Exports of `env.ts`. */
export interface Environment extends Models {
  /** Path of the file. */
  readonly path: string;
  /** Returns the URL of the database. */
  readonly url?: () => string | Promise<string>;
}

/**
 * Loads `env.ts`. Loads it again if it has changed.
 *
 * @param directory absolute path of the folder that contains `env.ts`
 * @returns its exports
 * @throws {InvalidDirectoryError} when the file does not exist
 * @throws {MissingUrlError} when it fails to load
 */
export async function loadEnvironment(directory: string): Promise<Environment> {
  const path = join(directory, "env.ts");
  if (!await stat(path).then((file) => file.isFile(), () => false)) {
    throw new InvalidDirectoryError(
      `${path} does not exist. Create it with init, or specify the folder with --dir, or the database with --url.`,
    );
  }
  try {
    const file = pathToFileURL(path);
    file.search = (await checksumOf(await readFile(path, "utf8"))).slice(0, 16);
    const { url, metadata, includeObject } = await import(file.href);
    return { path, url, metadata, includeObject };
  } catch (error) {
    throw new MissingUrlError(`Cannot load ${path}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * Calls `url()` of `env.ts`.
 *
 * @param directory absolute path of the folder that contains `env.ts`
 * @returns the URL of the database
 * @throws {InvalidDirectoryError} when the file does not exist or exports no `url`
 * @throws {MissingUrlError} when it fails to load, or `url()` fails
 */
export async function environmentUrl(directory: string): Promise<string> {
  const { path, url } = await loadEnvironment(directory);
  if (typeof url !== "function") {
    throw new InvalidDirectoryError(
      `${path} does not export a function url(). Add it, or specify the database with --url.`,
    );
  }
  try {
    return await url();
  } catch (error) {
    throw new MissingUrlError(`url() of ${path} failed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
