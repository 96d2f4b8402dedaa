/**
 * Where things lie in the checkout.
 *
 * @module
 */
import { join, relative, resolve } from "node:path";

/** The checkout's top folder. */
export const root: string = resolve(import.meta.dirname!, "..");

/** The folder of the notebooks as they are published; tasks that run or check notebooks mean these. */
export const notebooksFolder: string = join(root, "notebooks");

/** The reader's own copies; git ignores them. As deep as `notebooks/`, so that their imports mean the same files. */
export const ownFolder: string = join(root, "my");

/** The folder of the exercises' solutions and wrong answers. */
export const solutionsFolder: string = join(notebooksFolder, "solutions");

/**
 * A path below the checkout as Deno's tools are to get it, which take paths for patterns: relative, so that a sign such as
 * `?` or `[` in the name of the checkout's folder is no part of it.
 */
export function pattern(path: string): string {
  return relative(root, path).replaceAll("\\", "/");
}

/** True when a file or folder is there (a dangling link is not). */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/**
 * Makes a new folder directly below the checkout, git-ignored by its name. It is as deep as `notebooks/`, so that an
 * import such as `../lib/mod.ts` means the same file from there.
 */
export async function makeSiblingFolder(): Promise<string> {
  return await Deno.makeTempDir({ dir: root, prefix: ".tmp-" });
}
