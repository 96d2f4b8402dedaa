/**
 * Creates or updates the reader's own copies of the notebooks where no `deno task lab` runs, as in a JupyterHub image.
 * The copies go to `my/` below the current directory.
 *
 * @module
 */
import { updateOwnCopies } from "../workbook/jupyter/own_copies.ts";

for (const line of await updateOwnCopies("my", "my")) console.log(line);
