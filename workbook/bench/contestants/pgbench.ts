/**
 * pgbench, PostgreSQL's benchmark program in C, as a reference point. It neither decodes nor keeps the rows it
 * receives, and reports the duration of each transaction.
 *
 * @module
 */
import { join } from "node:path";
import type { Contestant, Opened, OperationName, Settings } from "../contestant.ts";
import type { Turn } from "../../compare.ts";
import { counts, key } from "../rows.ts";

const hero = (where: string) => `SELECT id, name, points, created_at FROM heroes ${where};`;
const NUMBER = `\\set n random(0, ${counts.heroes - 1})\n`;
const ID = `'${key(0).slice(0, -12)}' || lpad(:n::text, 12, '0')`;

/** Statements as sent by raw pg, and whether they run in a transaction. */
const scripts: { readonly [name in OperationName]?: { first?: string; statement: string; end?: string } } = {
  "get-commit": { first: NUMBER, statement: hero(`WHERE id = (${ID})::uuid`), end: "COMMIT" },
  "get-close": { first: NUMBER, statement: hero(`WHERE id = (${ID})::uuid`), end: "ROLLBACK" },
  "get-autocommit": { first: NUMBER, statement: hero(`WHERE id = (${ID})::uuid`) },
  "select-by-name": { first: NUMBER, statement: hero("WHERE name = 'hero ' || :n"), end: "COMMIT" },
  "entities-1000": { statement: hero(""), end: "COMMIT" },
};

/** Creates the contestant: with BEGIN and COMMIT pipelined or sent separately. */
export function pgbench(name: string, { pipelined }: { readonly pipelined: boolean }): Contestant {
  const { stdout } = new Deno.Command("pgbench", { args: ["--version"] }).outputSync();
  return {
    name,
    packages: [new TextDecoder().decode(stdout).trim().replace(/ \(PostgreSQL\)/, "")],
    notes: ["does not decode or reveal its rows, so it is not checked; opens a new connection for each turn"],
    isChecked: false,
    open: async (settings) => await open(settings, pipelined),
  };
}

async function open({ url }: Settings, pipelined: boolean): Promise<Opened> {
  const folder = await Deno.makeTempDir({ prefix: "pgbench-" });
  const transactions = async (operation: OperationName, count: number): Promise<number[]> => {
    const { first = "", statement, end } = scripts[operation]!;
    const sent = [...(end ? ["BEGIN;"] : []), statement, ...(end ? [`${end};`] : [])];
    const script = join(folder, "script.sql");
    const lines = pipelined ? ["\\startpipeline", ...sent, "\\endpipeline"] : sent;
    await Deno.writeTextFile(script, `${first}${lines.join("\n")}\n`);
    const args = [
      "-n",
      "-M",
      "prepared",
      "-f",
      script,
      "-t",
      `${count}`,
      "-l",
      `--log-prefix=${join(folder, "log")}`,
      url,
    ];
    const { code, stderr } = await new Deno.Command("pgbench", { args, stdout: "null", stderr: "piped" }).output();
    if (code !== 0) throw new Error(new TextDecoder().decode(stderr).trim());
    return await readLog(folder);
  };
  return {
    tasks: Object.fromEntries(Object.keys(scripts).map((name) => [name, () => transactions(name as OperationName, 1)])),
    async sample(operation: OperationName, { milliseconds, leastSamples }: Turn): Promise<readonly number[]> {
      const [, second] = await transactions(operation, 2); // the first one prepares its statements
      const count = Math.max(leastSamples, Math.ceil(milliseconds / second));
      return (await transactions(operation, count + 1)).slice(1).toSorted((a, b) => a - b);
    },
    close: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Reads the duration of each transaction, in milliseconds, from the log of one run, and removes the log. */
async function readLog(folder: string): Promise<number[]> {
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.startsWith("log")) continue;
    const text = await Deno.readTextFile(join(folder, name));
    await Deno.remove(join(folder, name));
    return text.trim().split("\n").map((line) => Number(line.split(" ")[2]) / 1_000);
  }
  throw new Error("pgbench wrote no log.");
}
