/** The project's side of migrations: the file `env.ts` beside `versions/`. @module */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Metadata } from "../schema/table.ts";
import { InvalidDirectoryError, MissingUrlError } from "./errors.ts";
import type { IncludeObject } from "./include_object.ts";
import { checksumOf } from "./revision_file.ts";

/** What autogenerate compares a database with. */
export interface Models {
  /** The tables as the models describe them; a function where loading the models takes time. */
  readonly metadata?: Metadata | (() => Metadata | Promise<Metadata>);
  /** Whether autogenerate looks at an object. */
  readonly includeObject?: IncludeObject;
}

/** What `env.ts` exports. */
export interface Environment extends Models {
  /** Its path. */
  readonly path: string;
  /** The URL of the database. */
  readonly url?: () => string | Promise<string>;
}

/**
 * Loads `env.ts`, anew when it has changed.
 *
 * @param directory the folder that holds it, as an absolute path.
 * @throws {InvalidDirectoryError} when there is no such file. @throws {MissingUrlError} when it cannot be loaded.
 */
export async function loadEnvironment(directory: string): Promise<Environment> {
  const path = join(directory, "env.ts");
  if (!await stat(path).then((file) => file.isFile(), () => false)) {
    throw new InvalidDirectoryError(
      `There is no ${path}, which says where the database is. Make one with: init; give the folder of the migrations ` +
        "with --dir; or give the database with --url.",
    );
  }
  try {
    const file = pathToFileURL(path);
    file.search = (await checksumOf(await readFile(path, "utf8"))).slice(0, 16);
    const { url, metadata, includeObject } = await import(file.href);
    return { path, url, metadata, includeObject };
  } catch (error) {
    throw new MissingUrlError(`${path} cannot say where the database is: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * Asks `env.ts` for the URL of the database: it exports `url(): Promise<string>`.
 *
 * @param directory the folder that holds `env.ts`, as an absolute path.
 * @throws {InvalidDirectoryError} when there is no such file or it exports no `url`.
 * @throws {MissingUrlError} when it cannot be loaded, or has no answer.
 */
export async function environmentUrl(directory: string): Promise<string> {
  const { path, url } = await loadEnvironment(directory);
  if (typeof url !== "function") {
    throw new InvalidDirectoryError(
      `${path} does not export a function url(); add it, or give the database with --url.`,
    );
  }
  try {
    return await url();
  } catch (error) {
    throw new MissingUrlError(`${path} cannot say where the database is: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
