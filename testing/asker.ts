/**
 * A connection without the required `prepare: false`, in this process or a separate one.
 *
 * @module
 */
import { lines } from "../lib/base/lines.ts";
import type { Statement } from "../lib/engine/driver.ts";
import { loadDriver } from "../lib/engine/drivers/by_name.ts";
import { StaleStatementError } from "../lib/engine/errors.ts";
import { EngineUrl } from "../lib/engine/url.ts";

/** Outcome of a statement. */
export type Outcome = { readonly rows: unknown[][] } | { readonly stale: string };

/** Executes one statement after the other. */
export interface Asker extends AsyncDisposable {
  /**
   * @returns the rows, or the message of a StaleStatementError.
   * @throws every other error.
   */
  ask(statement: Statement): Promise<Outcome>;
}

/** Opens a connection in this process. */
export async function openAsker(url: EngineUrl): Promise<Asker> {
  const driver = await loadDriver(url.driver);
  const settings = { url, settings: {}, connectTimeout: 10_000, prepare: true, nonblocking: url.driver === "libpq" };
  const connection = await driver.connect(settings);
  return {
    async ask(statement) {
      try {
        return { rows: (await connection.query(statement)).rows };
      } catch (error) {
        if (error instanceof StaleStatementError) return { stale: error.message };
        throw error;
      }
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

/**
 * Like `openAsker()`, in a separate process identical to every other one started here: its pid and its `Math.random()`
 * sequence are the same, as the pid is in containers. Only the system's random generator differs.
 */
export function startAsker(url: EngineUrl): Asker {
  const args = ["run", "-A", "--no-check", "--v8-flags=--random-seed=1", import.meta.url, url.reveal()];
  const process = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" }).spawn();
  const orders = process.stdin.getWriter();
  const answers = lines(process.stdout);
  return {
    async ask(statement) {
      await orders.write(new TextEncoder().encode(`${JSON.stringify(statement)}\n`));
      const { value } = await answers.next();
      if (value === undefined) throw new Error("the process ended");
      return JSON.parse(value);
    },
    async [Symbol.asyncDispose]() {
      await orders.close();
      await answers.return(undefined);
      await process.status;
    },
  };
}

if (import.meta.main) {
  Object.defineProperty(Deno, "pid", { value: 1 }); // before a driver is loaded
  await using asker = await openAsker(EngineUrl.parse(Deno.args[0]));
  for await (const order of lines(Deno.stdin.readable)) console.log(JSON.stringify(await asker.ask(JSON.parse(order))));
}
