/**
 * Paths in the checkout.
 *
 * @module
 */
import { join, relative, resolve } from "node:path";

/** Top folder of the checkout. */
export const root: string = resolve(import.meta.dirname!, "..");

/** Folder of the published notebooks, used by tasks that run or check notebooks. */
export const notebooksFolder: string = join(root, "notebooks");

/**
 * Folder of the reader's own copies, ignored by git. As deep as `notebooks/`, so that imports resolve to the same
 * files.
 */
export const ownFolder: string = join(root, "my");

/** Folder of the exercises' solutions and wrong answers. */
export const solutionsFolder: string = join(notebooksFolder, "solutions");
/** Folder of what the notebooks' texts claim: `05.ts` is a cell that tests add to notebook 05. */
export const claimsFolder: string = join(notebooksFolder, "claims");

/**
 * Returns a path below the checkout for Deno's tools, which treat paths as patterns: relative, so that a character such
 * as `?` or `[` in the name of the checkout's folder is not part of it.
 */
export function pattern(path: string): string {
  return relative(root, path).replaceAll("\\", "/");
}

/** Returns true if a file or folder exists (a dangling link does not). */
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
 * Creates a folder directly below the checkout, with a name ignored by git. It is as deep as `notebooks/`, so that an
 * import such as `../lib/mod.ts` resolves to the same file.
 */
export async function makeSiblingFolder(): Promise<string> {
  return await Deno.makeTempDir({ dir: root, prefix: ".tmp-" });
}
