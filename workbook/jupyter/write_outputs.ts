/**
 * Stores the outputs of a run in the notebook: all of them or none, so that what a reader sees comes from one run.
 *
 * @module
 */
import { codeCells, formatNotebook, type NotebookFile } from "./notebook.ts";
import { sameInKind } from "./outputs.ts";
import { digest, type Report } from "./runs.ts";

/** When to replace the outputs: if a source or the kind of an output changed, or always. */
export type When = "changed" | "always";

/**
 * Stores a run's outputs in the notebook. A picture, the table beside it and the ids that several cells show belong
 * together, so one change replaces them all.
 * @returns the file's new text, and whether outputs were replaced.
 */
export async function writeOutputs(
  { notebook }: NotebookFile,
  { outputs, languageInfo }: Pick<Report, "outputs" | "languageInfo">,
  when: When = "changed",
): Promise<{ text: string; isReplaced: boolean }> {
  const cells = await Promise.all(
    codeCells(notebook).map(async (cell, index) => {
      const ran = await digest(cell.source);
      const isSame = cell.metadata.workbook?.ran === ran && sameInKind(cell.outputs ?? [], outputs[index]);
      return { cell, ran, output: outputs[index], isSame };
    }),
  );
  const isReplaced = when === "always" || cells.some(({ isSame }) => !isSame);
  for (const { cell, ran, output } of cells) {
    // JupyterLab's execution metadata differ in each run and mean nothing to a reader
    delete cell.metadata.execution;
    delete cell.metadata.ExecuteTime;
    cell.metadata.workbook = { ...cell.metadata.workbook, ran };
    if (isReplaced) cell.outputs = output;
  }
  notebook.metadata.kernelspec = { display_name: "Deno", language: "typescript", name: "deno" };
  if (languageInfo) notebook.metadata.language_info = languageInfo;
  return { text: formatNotebook(notebook), isReplaced };
}
