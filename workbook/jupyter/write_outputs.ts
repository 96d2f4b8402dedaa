/**
 * Stores the outputs of a run in the notebook, changing only what is meaningful.
 *
 * @module
 */
import { codeCells, formatNotebook, type NotebookFile } from "./notebook.ts";
import { sameInKind, showsRevision } from "./outputs.ts";
import { digest, type Report } from "./runs.ts";

/** Which outputs to replace: those that changed in kind or whose source changed, or all. */
export type Extent = "changed" | "all";

/**
 * Stores a run's outputs in the notebook.
 * @returns the file's new text, and the number of cells whose outputs were replaced.
 */
export async function writeOutputs(
  { notebook }: NotebookFile,
  { outputs, languageInfo }: Pick<Report, "outputs" | "languageInfo">,
  extent: Extent = "changed",
): Promise<{ text: string; replaced: number }> {
  const cells = await Promise.all(
    codeCells(notebook).map(async (cell, index) => {
      const ran = await digest(cell.source);
      const isSame = cell.metadata.workbook?.ran === ran && sameInKind(cell.outputs ?? [], outputs[index]);
      return { cell, ran, output: outputs[index], isSame };
    }),
  );
  // revision ids differ in each run: replace all cells that show them together, so that they stay consistent
  const areNew = cells.some(({ output, isSame }) => !isSame && showsRevision(output));
  let replaced = 0;
  for (const { cell, ran, output, isSame } of cells) {
    // JupyterLab's execution metadata differ in each run and mean nothing to a reader
    delete cell.metadata.execution;
    delete cell.metadata.ExecuteTime;
    cell.metadata.workbook = { ...cell.metadata.workbook, ran };
    if (isSame && extent === "changed" && !(areNew && showsRevision(output))) continue;
    cell.outputs = output;
    replaced++;
  }
  notebook.metadata.kernelspec = { display_name: "Deno", language: "typescript", name: "deno" };
  if (languageInfo) notebook.metadata.language_info = languageInfo;
  return { text: formatNotebook(notebook), replaced };
}
