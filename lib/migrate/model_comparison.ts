/** The one place where the commands meet autogenerate, which is loaded when it is asked for. @module */
import { isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { unlessAborted } from "../base/within.ts";
import type { Engine } from "../engine/engine.ts";
import type { AutogenerateResult } from "./autogenerate.ts";
import { loadEnvironment, type Models } from "./environment.ts";
import { stoppable } from "./migration_session.ts";

export type { AutogenerateResult as ModelComparison } from "./autogenerate.ts";

/**
 * Compares models with a database.
 *
 * @param directory the folder that holds `env.ts`, as an absolute path. @param models instead of those of `env.ts`.
 * @param signal ends it. @returns `undefined` when `env.ts` exports no metadata.
 */
export async function compareModels(
  engine: Engine,
  directory: string,
  models?: Models,
  signal?: AbortSignal,
): Promise<AutogenerateResult | undefined> {
  const { metadata: given, includeObject } = models ?? await loadEnvironment(directory);
  const metadata = typeof given === "function" ? await unlessAborted(Promise.resolve(given()), signal) : given;
  if (metadata === undefined) return undefined;
  const { autogenerate } = await import("./autogenerate.ts");
  await using connection = await engine.connect({ ...stoppable(signal), isolationLevel: "AUTOCOMMIT" });
  return await autogenerate(connection, metadata, { includeObject, errorsModule: errorsModule(directory) });
}

/** The module of `IrreversibleError` as a revision in this folder imports it. */
function errorsModule(directory: string): string {
  return specifierOf(fileURLToPath(new URL("errors.ts", import.meta.url)), join(directory, "versions"));
}

/** How a module in `folder` imports a file: a specifier is a part of a URL, in which `#`, `?` and `%` mean other things. */
export function specifierOf(file: string, folder: string): string {
  const path = relative(folder, file);
  if (isAbsolute(path)) return pathToFileURL(path).href; // on another drive of Windows
  return path.split(sep).map(encodeURIComponent).join("/");
}
