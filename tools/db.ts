/**
 * `deno task db`: manages the local PostgreSQL.
 *
 * @module
 */
import { Argument } from "commander";
import { unlessAborted } from "../lib/base/within.ts";
import { newCommand, readArguments, runTask } from "../workbook/command_line.ts";
import { masked, withoutDriver } from "../workbook/connection_url.ts";
import { configuredUrl, databaseUrl, serverVersion } from "../workbook/database_url.ts";
import { explainHolders } from "../workbook/kernels.ts";
import { LocalPostgres, type LocalServer } from "../workbook/local_postgres.ts";

const command = newCommand(
  "deno task db",
  "Manages the local PostgreSQL.",
  `Commands:
  start   starts the local PostgreSQL unless it is running
  stop    stops it; the data stay
  status  shows whether it is running, and where
  reset   stops it and deletes its data, including all databases
  url     prints its full URL, including the password, starting it if necessary: psql "$(deno task --quiet db url)"

With DATABASE_URL set there is no local server: start, stop and reset leave your own server alone.`,
).addArgument(new Argument("[command]").choices(["start", "stop", "status", "reset", "url"]).default("status"));

const postgres = new LocalPostgres({ onProgress: (message) => console.error(message) });

/** Commands; each returns the exit status. */
const commands: Record<string, (own: string | undefined) => Promise<number>> = {
  async start(own) {
    if (own) return yours(own, "start it yourself");
    const server = await postgres.start();
    console.log(`${describe(server)} at ${masked(server.url)}. Stop it with: deno task db stop`);
    return 0;
  },
  async stop(own) {
    if (own) return yours(own, "stop it yourself");
    console.log(await postgres.stop() ? "The local PostgreSQL is stopped." : "The local PostgreSQL was not running.");
    return 0;
  },
  async status(own) {
    if (own) {
      console.log(`PostgreSQL ${await serverVersion(own)} is running at ${masked(own)} (DATABASE_URL).`);
      return 0;
    }
    const { server, dataDirectory, log, bytes = 0 } = await postgres.status();
    if (!dataDirectory) {
      console.log("There is no local PostgreSQL yet. Start it with: deno task db start");
      return 0;
    }
    console.log([
      server ? `${describe(server)}.` : "The local PostgreSQL is stopped.",
      ...(server ? [`  url    ${masked(server.url)}`, `  pid    ${server.pid}`, `  port   ${server.port}`] : []),
      `  data   ${dataDirectory} (${(bytes / 1e6).toFixed(0)} MB)`,
      `  log    ${log}`,
      ...(server && server.version === undefined ? [await explainHolders()] : []),
    ].join("\n"));
    return 0;
  },
  async reset(own) {
    if (own) {
      console.error(
        `DATABASE_URL is set (${
          masked(own)
        }): reset deletes the data of the local server only, never that of your own.`,
      );
      return 1;
    }
    const dropped = await postgres.reset();
    console.log(dropped ? "The data of the local PostgreSQL has been deleted." : "The local PostgreSQL has no data.");
    return 0;
  },
  async url() {
    // psql and other libpq clients do not accept a driver in the URL
    console.log(withoutDriver(await databaseUrl({ onProgress: (message) => console.error(message) })));
    return 0;
  },
};

function describe({ version }: LocalServer): string {
  return version === undefined
    ? "PostgreSQL is running, and all its connections are in use"
    : `PostgreSQL ${version} is running`;
}

function yours(url: string, advice: string): Promise<number> {
  console.log(`DATABASE_URL is set: the server at ${masked(url)} is your own; ${advice}.`);
  return Promise.resolve(0);
}

/**
 * Runs one command.
 * @returns the exit status.
 */
async function db(args: string[], stop: AbortSignal): Promise<number> {
  const given = readArguments(command, args);
  if (!given) return 0;
  const [name = "status"] = given.words;
  const status = await unlessAborted(commands[name](configuredUrl()), stop);
  if (given.words.length === 0) console.log("\nOther commands: start, stop, reset, url (deno task db --help).");
  return status;
}

if (import.meta.main) await runTask(db);
