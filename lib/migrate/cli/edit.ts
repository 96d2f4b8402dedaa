/** Opens revision files in an editor. @module */
import { EditorError, InvalidTargetError } from "../errors.ts";

/**
 * Opens files in the editor of the environment variable VISUAL or EDITOR, and waits until it is closed.
 *
 * @param paths the files
 * @param name what was asked for, for the message
 * @throws {InvalidTargetError} when there is no file
 * @throws {EditorError} when there is no editor, or it fails
 */
export async function edit(paths: readonly string[], name: string): Promise<void> {
  if (paths.length === 0) throw new InvalidTargetError(`${name} has no file to edit.`);
  const editor = Deno.env.get("VISUAL") || Deno.env.get("EDITOR");
  if (!editor) {
    throw new EditorError(`No editor is set. Set VISUAL or EDITOR, or open ${paths.join(" ")}`);
  }
  const [program, ...words] = editor.trim().split(/\s+/); // such as "code --wait"
  const problem = await run(program, [...words, ...paths]);
  if (problem !== undefined) throw new EditorError(`The editor "${editor}" failed: ${problem}`);
}

/** Runs a program on this terminal; returns what went wrong. */
async function run(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { code } = await new Deno.Command(program, {
      args: [...args],
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn().status;
    return code === 0 ? undefined : `exit status ${code}`;
  } catch (error) {
    return (error as Error).message;
  }
}
