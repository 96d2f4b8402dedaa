/**
 * Makes Deno available to editors at the same path on every system. VS Code's settings have a single value for all
 * systems, and its Deno extension takes the path literally: on Windows it does not append `.exe`.
 *
 * @module
 */
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import { exists } from "../paths.ts";

/** Returns the path of Deno in the environment in `folder`, as named in `.vscode/settings.json`. */
export function editorDeno(folder: string): string {
  return join(folder, "deno.exe"); // also on systems without suffixes
}

/** Creates that file unless it exists: a hard link, or a copy on a disk without hard links. */
export async function writeEditorDeno({ folder, deno }: Environment): Promise<void> {
  const path = editorDeno(folder);
  if (await exists(path)) return;
  try {
    await Deno.link(deno, path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return; // another process created it first
    await Deno.copyFile(deno, path);
  }
}
