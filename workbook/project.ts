/**
 * A small project for a notebook: a folder with files in which commands are run, as at work.
 *
 * @module
 */
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { interruptible } from "./interrupts.ts";
import type { Workbook } from "./set_up.ts";
import { TimeLimit } from "../lib/base/time_limit.ts";

/** Top folder of the checkout. */
const root = fileURLToPath(new URL("../", import.meta.url));

/** Folder of the projects of all notebooks; ignored by git. */
export const PROJECTS: string = join(root, ".data", "projects");

/** Time limit of a command in milliseconds: it may wait for a lock held by another cell. */
const LIMIT = 100_000;

/** A folder with files, and the commands run in it. */
export interface Project extends AsyncDisposable {
  /** Absolute path. */
  readonly folder: string;
  /** Returns the absolute path of a file in it. */
  path(file: string): string;
  read(file: string): Promise<string>;
  write(file: string, text: string): Promise<void>;
  /**
   * Replaces a text that occurs exactly once in the file.
   * @throws {TextNotFoundError}
   */
  edit(file: string, text: string, replacement: string): Promise<void>;
  /** The names in one of its folders, sorted. */
  list(folder?: string): Promise<string[]>;
  /**
   * Runs `deno …` in the folder with DATABASE_URL set to the notebook's schema, and prints the command, its output, and
   * a non-zero exit status.
   * @param command as typed in a shell; an argument with spaces is in double quotes.
   */
  run(command: string): Promise<void>;
  /** Deletes the folder. */
  remove(): Promise<void>;
}

/** The text to replace does not occur in the file, or occurs more than once. */
export class TextNotFoundError extends Error {
  override readonly name = "TextNotFoundError";
  constructor(file: string, text: string, count: number) {
    super(`${file} ${count === 0 ? "does not contain this text" : `contains this text ${count} times`}: ${text}`);
  }
}

/**
 * Recreates a project: an empty folder with a `deno.json` whose task `migrate` is that of the workbook.
 *
 * ```ts ignore
 * const project = await makeProject(workbook);
 * await project.run('deno task migrate revision -m "create heroes"');
 * ```
 *
 * @param workbook provides the name of the folder and DATABASE_URL.
 * @param print receives each text to show.
 */
export async function makeProject(
  { schema, url }: Pick<Workbook, "schema" | "url">,
  print: (text: string) => void = console.log,
): Promise<Project> {
  const folder = join(PROJECTS, schema);
  const remove = () => Deno.remove(folder, { recursive: true }).catch(ignoreMissing);
  await remove();
  await Deno.mkdir(folder, { recursive: true });
  const up = relative(folder, root).replaceAll("\\", "/");
  const migrate = `deno run -A --config ${up}/deno.json ${up}/lib/migrate/cli.ts`;
  await Deno.writeTextFile(join(folder, "deno.json"), `${JSON.stringify({ tasks: { migrate } }, null, 2)}\n`);

  const path = (file: string) => join(folder, file);
  const read = (file: string) => Deno.readTextFile(path(file));
  const write = async (file: string, text: string) => {
    await Deno.mkdir(dirname(path(file)), { recursive: true });
    await Deno.writeTextFile(path(file), text);
  };
  return {
    folder,
    path,
    read,
    write,
    async edit(file, text, replacement) {
      const parts = (await read(file)).split(text);
      if (parts.length !== 2) throw new TextNotFoundError(file, text, parts.length - 1);
      await write(file, parts.join(replacement));
    },
    async list(inner = ".") {
      return (await Array.fromAsync(Deno.readDir(path(inner)), ({ name }) => name)).sort();
    },
    async run(command) {
      using late = new TimeLimit(LIMIT, `ended after ${LIMIT / 1000} s`);
      using interrupt = interruptible();
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: denoArguments(command),
        cwd: folder,
        env: { DATABASE_URL: url, NO_COLOR: "1" },
        signal: AbortSignal.any([late.signal, interrupt.signal]),
      }).output();
      const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trimEnd());
      const ended = [late.signal, interrupt.signal].find(({ aborted }) => aborted);
      const status = ended ? [`(${ended.reason.message})`] : code === 0 ? [] : [`(exit status ${code})`];
      print([`$ ${command}`, ...said.filter(Boolean), ...status].join("\n").replaceAll(folder + sep, "") + "\n");
    },
    remove,
    [Symbol.asyncDispose]: remove,
  };
}

/** @throws {TypeError} for a program other than deno. */
function denoArguments(command: string): string[] {
  const [program, ...words] = [...command.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
  if (program !== "deno") throw new TypeError(`A project runs deno and nothing else, not: ${command}`);
  // quiet: the definition of the task is not part of its output
  return words[0] === "task" ? ["task", "--quiet", ...words.slice(1)] : words;
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
