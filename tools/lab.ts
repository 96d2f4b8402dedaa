/**
 * `deno task lab`: installs what is missing, then opens the workbook in JupyterLab.
 *
 * @module
 */
import { basename, join } from "node:path";
import { databaseUrl, serverVersion } from "../workbook/database_url.ts";
import { newCommand, readArguments, readPort, runTask, secondsSince } from "../workbook/command_line.ts";
import { ensureEnvironment } from "../workbook/jupyter/environment.ts";
import { SetupError } from "../workbook/errors.ts";
import { readHost } from "../workbook/jupyter/host.ts";
import { updateOwnCopies } from "../workbook/jupyter/own_copies.ts";
import { ownFolder, root } from "../workbook/paths.ts";
import { run } from "../workbook/processes.ts";
import { checkPort, startServer } from "../workbook/jupyter/server.ts";

const command = newCommand(
  "deno task lab",
  "Opens the workbook in JupyterLab, after installing what is missing.",
  `The first start creates the private folder .venv (JupyterLab and the Deno kernel), a local PostgreSQL unless DATABASE_URL
names another server, and its tables. The notebooks are copied to my/, which git ignores: changes you make there are kept
when notebooks/ changes. Ctrl-C stops JupyterLab and all kernels.`,
)
  .option("--no-browser", "only print the address, open no browser")
  .option("--port <n>", "the port JupyterLab listens on", "8888")
  .option(
    "--host <address>",
    "the address it listens on; who reaches it and has the token can run programs here",
    "127.0.0.1",
  )
  .option("--folder <path>", "open the notebooks of this folder and copy none")
  .option("--set-up", "only make .venv, as an image wants it; start nothing");

/** Options of the command. */
interface Options {
  readonly browser: boolean;
  readonly port: string;
  readonly host: string;
  readonly folder?: string;
  readonly setUp?: boolean;
}

async function lab(args: string[], stop: AbortSignal): Promise<number> {
  const given = readArguments<Options>(command, args);
  if (!given) return 0;
  const { options } = given;
  if (options.setUp) {
    await ensureEnvironment({ onProgress: console.log, stop });
    return 0;
  }
  const start = performance.now();
  const port = readPort(options.port);
  const host = readHost(options.host);
  checkPort(port, host);
  const environment = await ensureEnvironment({ onProgress: console.log, stop });
  await preparePostgres(stop);
  stop.throwIfAborted();
  console.log("starting JupyterLab …");
  const folder = options.folder ?? root;
  const startPage = options.folder ? await firstPage(folder) : await ownPage();
  const server = await startServer({ environment, folder, port, host, openBrowser: options.browser, startPage }, stop);
  console.log(`  ready after ${secondsSince(start)}\n`);
  console.log(`JupyterLab: ${server.url}\n`);
  if (host.isEvery) console.log(`From another machine: replace ${host.inUrl} by this machine's name or address\n`);
  console.log("A cell hangs: Kernel ▸ Restart Kernel, in JupyterLab; the notebook keeps its text.");
  console.log("Ctrl-C stops JupyterLab and its kernels. PostgreSQL keeps running; stop it with: deno task db stop");
  const stopped = new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve(), { once: true }));
  await Promise.race([server.ended, stopped]);
  if (stop.aborted) console.log("\nstopping JupyterLab and its kernels …");
  await server.stop();
  console.log("JupyterLab has stopped. To stop PostgreSQL, too: deno task db stop");
  return 0;
}

/** Finds or starts PostgreSQL and migrates its tables. */
async function preparePostgres(stop: AbortSignal): Promise<void> {
  const url = await databaseUrl({ onProgress: console.log });
  console.log(`PostgreSQL ${await serverVersion(url)} is running`);
  stop.throwIfAborted();
  const cli = join(root, "lib", "migrate", "cli.ts");
  const migrated = await run(Deno.execPath(), ["run", "-A", cli], {
    ...{ cwd: root, stop, limit: 300 },
    advice: "run deno task migrate to see what it waits for, often a lock held by another program",
  });
  if (migrated.code !== 0) {
    throw new SetupError(`${migrated.stderr.trim()}\nThe migrations failed: see above, then try deno task migrate.`);
  }
  console.log("the database is at the newest migration");
}

/** Returns the first of the reader's own copies, creating or updating the copies. */
async function ownPage(): Promise<string> {
  const own = basename(ownFolder);
  for (const line of await updateOwnCopies(ownFolder, own)) console.log(line);
  return await firstPage(ownFolder, `/lab/tree/${own}`);
}

/** Returns the path of the first notebook, which JupyterLab opens for newcomers. */
async function firstPage(folder: string, path = "/lab/tree"): Promise<string> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith(".ipynb")) names.push(entry.name);
  }
  return names.length > 0 ? `${path}/${encodeURIComponent(names.sort()[0])}` : "/lab";
}

if (import.meta.main) await runTask(lab);
