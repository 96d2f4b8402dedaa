/**
 * Makes or renews the reader's own copies of the notebooks, where no `deno task lab` does it: in an image of a hub. They
 * come into the `my/` below the folder in which it is started.
 *
 * @module
 */
import { updateOwnCopies } from "../workbook/jupyter/own_copies.ts";

for (const line of await updateOwnCopies("my", "my")) console.log(line);
