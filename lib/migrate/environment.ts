/** Loads `env.ts`, the configuration of migrations. @module */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Metadata } from "../schema/table.ts";
import type { Comparator } from "./comparator.ts";
import { InvalidDirectoryError, MissingUrlError } from "./errors.ts";
import type { IncludeObject } from "./include_object.ts";
import { checksumOf } from "./revision_file.ts";
import { type VersionTableName, type VersionTableNames, versionTableNames } from "./version_table_name.ts";

/** Models for autogenerate and check. */
export interface Models {
  /** Tables of the models, or a function that loads them on demand. */
  readonly metadata?: Metadata | (() => Metadata | Promise<Metadata>);
  /** Filter for the compared objects. */
  readonly includeObject?: IncludeObject;
  /** Comparators of kinds of objects that models cannot describe, such as views. */
  readonly comparators?: readonly Comparator[];
}

/** Values of the command line, which the functions of `env.ts` receive. */
export interface CommandArguments {
  /** Values of `-x key=value`; Alembic's `get_x_argument()`. */
  readonly x: Readonly<Record<string, string>>;
  /** Value of `--tag`; Alembic's `get_tag_argument()`. */
  readonly tag: string | undefined;
}

/** Options of commands that read `env.ts`. */
export interface EnvironmentOptions {
  /** Values for the functions of `env.ts` (default: none). */
  readonly x?: Readonly<Record<string, string>> | undefined;
  /** Tag for the functions of `env.ts` (default: none). */
  readonly tag?: string | undefined;
  /** Version table (default: `versionTable` of `env.ts`, or `schema_version` in the first schema of the search path). */
  readonly versionTable?: string | VersionTableName | undefined;
}

/** Exports of `env.ts`, with the arguments of the command bound to its functions. */
export interface Environment extends Models {
  /** Path of the file. */
  readonly path: string;
  /** Returns the URL of the database. */
  readonly url?: () => string | Promise<string>;
  /** Name of the version table. */
  readonly versionTable?: string | VersionTableName;
  /** Called with the path of a new revision, for example to format it. */
  readonly afterWrite?: (path: string) => void | Promise<void>;
}

/**
 * Loads `env.ts`. Loads it again if it has changed.
 *
 * @param directory absolute path of the folder that contains `env.ts`
 * @param options arguments for its functions
 * @returns its exports
 * @throws {InvalidDirectoryError} when the file does not exist
 * @throws {MissingUrlError} when it fails to load
 */
export async function loadEnvironment(directory: string, options: EnvironmentOptions = {}): Promise<Environment> {
  const environment = await findEnvironment(directory, options);
  if (environment) return environment;
  throw new InvalidDirectoryError(
    `${
      join(directory, "env.ts")
    } does not exist. Create it with init, or specify the folder with --dir, or the database with --url.`,
  );
}

/**
 * Returns the names of the version table and the log.
 *
 * @param directory absolute path of the migrations folder, which need not contain `env.ts`
 * @throws {MissingUrlError} when `env.ts` fails to load
 * @throws {InvalidDirectoryError} when the name is not valid
 */
export async function versionTableOf(directory: string, options: EnvironmentOptions): Promise<VersionTableNames> {
  return versionTableNames(options.versionTable ?? (await findEnvironment(directory, options))?.versionTable);
}

/** Loads `env.ts` if it exists. */
export async function findEnvironment(
  directory: string,
  { x = {}, tag }: EnvironmentOptions,
): Promise<Environment | undefined> {
  const path = join(directory, "env.ts");
  if (!await stat(path).then((file) => file.isFile(), () => false)) return undefined;
  try {
    const file = pathToFileURL(path);
    file.search = (await checksumOf(await readFile(path, "utf8"))).slice(0, 16);
    const exports = await import(file.href);
    const given: CommandArguments = { x, tag };
    // deno-lint-ignore no-explicit-any -- the exports of a file
    const bound = (value: any) => typeof value === "function" ? (...own: unknown[]) => value(...own, given) : value;
    const { url, metadata, includeObject, comparators, versionTable, afterWrite } = exports;
    return {
      path,
      url: bound(url),
      metadata: bound(metadata),
      includeObject: bound(includeObject),
      comparators,
      versionTable: typeof versionTable === "function" ? await versionTable(given) : versionTable,
      afterWrite: bound(afterWrite),
    };
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
 * @param options arguments for `url()`
 * @returns the URL of the database
 * @throws {InvalidDirectoryError} when the file does not exist or exports no `url`
 * @throws {MissingUrlError} when it fails to load, or `url()` fails
 */
export async function environmentUrl(directory: string, options: EnvironmentOptions = {}): Promise<string> {
  const { path, url } = await loadEnvironment(directory, options);
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
