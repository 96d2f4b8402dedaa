/**
 * A register of the notebooks that run: each kernel records in a file how many connections its engines hold. When the
 * server has no connection left nobody can ask it, and an ordinary role may not see the connections of others.
 *
 * @module
 */
import { basename, join } from "node:path";
import { commandIncludes, isAlive } from "./local_postgres/pid_file.ts";
import { root } from "./paths.ts";

/** A kernel in the register. */
export interface KernelRecord {
  readonly pid: number;
  /** The notebook's file, such as `07_drivers.ipynb`, or its number if Jupyter does not tell the file. */
  readonly notebook: string;
  /** Connections held by its engines. */
  readonly connections: number;
}

/** Folder of the register; ignored by git. */
const FOLDER = join(root, ".data", "kernels");

/** Milliseconds between two looks at the number of connections. */
const INTERVAL = 1_000;

/** Argument of a kernel's process: a record is stale if its process id belongs to another program by now. */
const COMMAND = "--conn";

/**
 * Records this kernel until it ends: now, and whenever its number of connections has changed.
 *
 * @param notebook the notebook's number, if Jupyter does not tell its file.
 * @param connections returns the number of connections.
 * @returns `write()` writes the record now; disposing deletes it.
 */
export function recordKernel(
  notebook: string,
  connections: () => number,
  folder: string = FOLDER,
): { write(): void } & Disposable {
  const file = Deno.env.get("JPY_SESSION_NAME");
  const pid = Deno.pid;
  const path = join(folder, `${pid}.json`);
  let written: number | undefined;
  const write = () => {
    const now = connections();
    if (now === written) return;
    const record: KernelRecord = { pid, notebook: file ? basename(file) : notebook, connections: now };
    try {
      Deno.mkdirSync(folder, { recursive: true });
      Deno.writeTextFileSync(path, JSON.stringify(record));
    } catch {
      // a folder that cannot be written: messages will not name this kernel
    }
    written = now;
  };
  write();
  const timer = setInterval(write, INTERVAL);
  Deno.unrefTimer(timer); // a kernel ends without a word: readers forget its record
  return {
    write,
    [Symbol.dispose]() {
      clearInterval(timer);
      Deno.removeSync(path);
    },
  };
}

/** Returns the kernels that run, most connections first, and deletes the records of others. */
export async function readKernels(folder: string = FOLDER, command: string = COMMAND): Promise<KernelRecord[]> {
  const found: KernelRecord[] = [];
  try {
    for (const { name } of await Array.fromAsync(Deno.readDir(folder))) {
      const path = join(folder, name);
      const record = parseRecord(await Deno.readTextFile(path).catch(() => ""));
      const runs = record && isAlive(record.pid) && await commandIncludes(record.pid, command) !== false;
      if (runs) found.push(record);
      else await Deno.remove(path).catch(() => {});
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort((a, b) => b.connections - a.connections);
}

function parseRecord(text: string): KernelRecord | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // being written
  }
}

/** Says which notebooks hold connections, and how to shut down their kernels. */
export async function explainHolders(folder?: string, command?: string): Promise<string> {
  const holders = (await readKernels(folder, command)).filter(({ connections }) => connections > 0);
  if (holders.length === 0) {
    return "No open notebook of this folder holds a connection: other programs do. Stop those that you do not need.";
  }
  const lines = holders.map(({ notebook, connections }) => `  ${notebook}: ${connections}`);
  return `The open notebooks of this folder hold these connections:\n${lines.join("\n")}\n` +
    "Shut down the kernels of those that you do not need: in JupyterLab, the tab of the square in a circle at the left " +
    "lists them under KERNELS.";
}
