/**
 * What an editor needs of the environment: Deno at a path that is the same on every system. VS Code's settings have one
 * value for all of them, and its Deno extension takes the path as it is written: on Windows it adds no `.exe`.
 *
 * @module
 */
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import { exists } from "../paths.ts";

/** The Deno of the environment in `folder`, as `.vscode/settings.json` names it. */
export function editorDeno(folder: string): string {
  return join(folder, "deno.exe"); // also where programs have no suffix
}

/** Puts Deno there where it is not there yet: the same file once more, or a copy on a disk that has no hard links. */
export async function writeEditorDeno({ folder, deno }: Environment): Promise<void> {
  const path = editorDeno(folder);
  if (await exists(path)) return;
  try {
    await Deno.link(deno, path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return; // another process was faster
    await Deno.copyFile(deno, path);
  }
}
