/** Loads autogenerate on demand and calls it for a migrations folder. @module */
import { isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { unlessAborted } from "../base/within.ts";
import type { Engine } from "../engine/engine.ts";
import type { Renames } from "./compare/renames.ts";
import type { AutogenerateResult } from "./autogenerate.ts";
import { loadEnvironment, type Models, versionTableOf } from "./environment.ts";
import type { StopOptions } from "./history.ts";
import { statementPooling } from "./direct_connection.ts";
import { stoppable } from "./migration_session.ts";

export type { AutogenerateResult as ModelComparison } from "./autogenerate.ts";

/** Options of {@linkcode compareModels}. */
export interface ComparisonOptions extends StopOptions {
  /** Confirmed renames, by old names. */
  readonly renames?: Renames | undefined;
  /** Absolute path of the folder of the generated revision (default: `versions/`). */
  readonly place?: string;
}

/**
 * Compares models with a database.
 *
 * @param engine engine of the database
 * @param directory absolute path of the folder that contains `env.ts`
 * @param models models to compare instead of those of `env.ts`
 * @param options signal, renames, and arguments for the functions of `env.ts`
 * @returns the differences; `undefined` if `env.ts` exports no metadata
 * @throws {TransactionPoolerError} when the connection goes through a statement pooler
 */
export async function compareModels(
  engine: Engine,
  directory: string,
  models?: Models,
  options: ComparisonOptions = {},
): Promise<AutogenerateResult | undefined> {
  const { signal } = options;
  const { metadata: given, includeObject, comparators } = models ?? await loadEnvironment(directory, options);
  const metadata = typeof given === "function" ? await unlessAborted(Promise.resolve(given()), signal) : given;
  if (metadata === undefined) return undefined;
  const { autogenerate } = await import("./autogenerate.ts");
  const connect = () => engine.connect({ ...stoppable(signal), isolationLevel: "AUTOCOMMIT" });
  await using connection = await connect();
  const settings = {
    includeObject,
    comparators,
    renames: options.renames,
    errorsModule: errorsModule(options.place ?? join(directory, "versions")),
    versionTable: await versionTableOf(directory, options),
  };
  return await autogenerate(connection, metadata, settings).catch(async (error) => {
    throw await statementPooling(error, engine.url, connect).catch(() => undefined) ?? error;
  });
}

/** Specifier of the module that exports `IrreversibleError`, for revisions in this folder. */
export function errorsModule(folder: string): string {
  return specifierOf(fileURLToPath(new URL("errors.ts", import.meta.url)), folder);
}

/** Specifier of a file for modules in a folder: `./models.ts`, `../../lib/mod.ts`. */
export function importSpecifier(file: string, folder: string): string {
  const specifier = specifierOf(file, folder);
  return /^(\.|file:)/.test(specifier) ? specifier : `./${specifier}`;
}

/** Specifier of a file for modules in `folder`; encodes `#`, `?` and `%`, which have a meaning in URLs. */
export function specifierOf(file: string, folder: string): string {
  const path = relative(folder, file);
  if (isAbsolute(path)) return pathToFileURL(path).href; // on another drive of Windows
  return path.split(sep).map(encodeURIComponent).join("/");
}
