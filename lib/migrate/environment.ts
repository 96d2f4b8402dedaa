/** The project's side of migrations: the file `env.ts` beside `versions/`. @module */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidDirectoryError, MissingUrlError } from "./errors.ts";

/**
 * Asks `env.ts` for the URL of the database: it exports `url(): Promise<string>`.
 *
 * @param directory the folder that holds `env.ts`, as an absolute path.
 * @throws {InvalidDirectoryError} when there is no such file or it exports no `url`.
 * @throws {MissingUrlError} when it cannot be loaded, or has no answer.
 */
export async function environmentUrl(directory: string): Promise<string> {
  const path = join(directory, "env.ts");
  if (!await exists(path)) {
    throw new InvalidDirectoryError(
      `There is no ${path}, which says where the database is. Give the folder of the migrations with --dir, ` +
        "or the database with --url.",
    );
  }
  try {
    const module: { url?: unknown } = await import(pathToFileURL(path).href);
    if (typeof module.url === "function") return await module.url();
  } catch (error) {
    throw new MissingUrlError(`${path} cannot say where the database is: ${(error as Error).message}`, {
      cause: error,
    });
  }
  throw new InvalidDirectoryError(`${path} does not export a function url(); add it, or give the database with --url.`);
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then((file) => file.isFile(), () => false);
}
