import type { Kysely } from "kysely";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Connection, declarativeBase, type Engine, identity, integer, migrate, varchar } from "../../lib/mod.ts";
import { type Exercise, exercise, notYet, pass, type Verdict } from "../exercise.ts";
import { withCheckSchema } from "./check_schema.ts";
import { anyName } from "./unguessable.ts";

type Change = (db: Kysely<unknown>) => Promise<unknown>;
type Step = (connection: Connection) => Promise<unknown>;

const exercises: readonly Exercise[] = [
  exercise({
    id: "10.1",
    title: "Two heads, one way",
    todo: "Put an async function in place of TODO: async (folder) => { … }.",
    hints: [
      "The command is merge, as in section 1. The function is migrate.merge.",
      'migrate.merge(folder, { revisions: ["heads"] }) writes a revision with both heads as its parents.',
    ],
    grade: (answer) => gradeMerge(answer as { url: string; resolve: (folder: string) => Promise<unknown> }),
  }),
  exercise({
    id: "10.2",
    title: "A column for a table in use",
    todo: "Put a list of async functions in place of TODO: [(connection) => connection.execute(…), …].",
    hints: [
      "First add a nullable column; then run five steps with an UPDATE of 100 rows each; then add the constraint.",
      "The ids are 1 to 500: …Array.from({ length: 5 }, (_, n) => (connection) => …) creates five steps.",
      "Finally CHECK (shouted IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT and SET NOT NULL, each in its own step.",
    ],
    grade: (answer) => gradeSteps(answer as { url: string; steps: Step[] }),
  }),
  exercise({
    id: "10.3",
    title: "Who keeps writers out?",
    todo: 'Put a list of letters in place of TODO, such as ["A"].',
    hints: [
      "The duration of a statement does not matter here, only the lock it takes on toys: see section 3.",
      "A writer needs RowExclusiveLock. Only ShareUpdateExclusiveLock and weaker locks do not conflict with it.",
    ],
    grade: (answer) => gradeHarmless(answer as { url: string; harmless: unknown }),
  }),
  exercise({
    id: "10.4",
    title: "No drift",
    todo: "Put an async function in place of TODO: async (db) => { … }.",
    hints: [
      "Three changes: the type of title, the index, and the new column.",
      "players has no default in the model and is NOT NULL: fill it before setting NOT NULL, as in exercise 06.2.",
    ],
    grade: (answer) => gradeDrift(answer as { url: string; up: Change }),
  }),
];

export default exercises;

async function gradeMerge(
  { url, resolve }: { url: string; resolve: (folder: string) => Promise<unknown> },
): Promise<Verdict> {
  if (typeof resolve !== "function") return notYet("The answer must be a function.");
  const folder = await Deno.makeTempDir({ prefix: "heads-" });
  try {
    const original = fileURLToPath(new URL("./10/versions", import.meta.url));
    await Deno.mkdir(join(folder, "versions"));
    const copies = new Map<string, string>();
    for await (const { name } of Deno.readDir(original)) {
      copies.set(name, await Deno.readTextFile(join(original, name)));
      await Deno.writeTextFile(join(folder, "versions", name), copies.get(name)!);
    }
    const ends = await migrate.heads(folder);
    await resolve(folder);
    for (const [name, text] of copies) {
      const now = await Deno.readTextFile(join(folder, "versions", name)).catch(() => undefined);
      if (now !== text) {
        return notYet(
          `${name} was ${
            now === undefined ? "deleted" : "changed"
          }; databases at that revision could no longer be upgraded.`,
        );
      }
    }
    const heads = await migrate.heads(folder);
    if (heads.length !== 1) {
      return notYet(`There are still ${heads.length} heads: ${heads.map(({ path }) => basename(path)).join(" and ")}.`);
    }
    for (const { id } of ends) {
      const columns = await withCheckSchema(url, async (engine) => {
        await migrate.upgrade(engine, folder, id);
        await migrate.upgrade(engine, folder, "head");
        return await values(
          engine,
          "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'games' AND table_schema = current_schema() ORDER BY 1",
        );
      });
      if (columns.join() !== "id,players,title") {
        return notYet(
          `A database at ${id} should end up with the columns id, players, title; it has ${columns.join(", ")}.`,
        );
      }
    }
    return pass("One head, reachable from both branches.");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Locks on toys that block readers or writers. */
const STRONG = `SELECT string_agg(mode, ', ') FROM pg_locks
  WHERE pid = pg_backend_pid() AND relation = 'toys'::regclass
    AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')`;
/** The file of the table's rows: another one after a rewrite. */
const FILE = "SELECT pg_relation_filenode('toys')";
const CHANGED = `SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int FROM pg_stat_xact_user_tables
  WHERE relid = 'toys'::regclass`;

function gradeSteps({ url, steps }: { url: string; steps: Step[] }): Promise<Verdict> {
  if (!Array.isArray(steps) || steps.some((step) => typeof step !== "function")) {
    return Promise.resolve(notYet("The answer must be a list of functions."));
  }
  return withCheckSchema(url, async (engine) => {
    await run(engine, "CREATE TABLE toys (id integer PRIMARY KEY, name text NOT NULL)");
    await run(engine, "INSERT INTO toys SELECT n, 'toy ' || n FROM generate_series(1, 500) AS n");
    let rewrote: number | undefined;
    for (const [index, step] of steps.entries()) {
      const [changed, locks] = await engine.begin(async (connection) => {
        const before = (await connection.execute(CHANGED)).scalar() as number; // session statistics not yet reported
        const file = (await connection.execute(FILE)).scalar();
        await step(connection);
        if ((await connection.execute(FILE)).scalar() !== file) rewrote ??= index + 1;
        const rows = (await connection.execute(CHANGED)).scalar() as number;
        return [rows - before, (await connection.execute(STRONG)).scalar() as string | null] as const;
      });
      if (rewrote) return notYet(`Step ${rewrote} rewrote the whole table, and nobody could read it meanwhile.`);
      if (changed > 100) return notYet(`Step ${index + 1} changed ${changed} rows; the limit is 100.`);
      if (changed > 0 && locks !== null) {
        return notYet(`Step ${index + 1} changed ${changed} rows while holding ${locks} on the table.`);
      }
    }
    const [column] = await values(
      engine,
      `SELECT format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END
         FROM pg_attribute WHERE attrelid = 'toys'::regclass AND attname = 'shouted'`,
    );
    if (column !== "text not null") {
      return notYet(`At the end the column shouted should be text not null; it is ${column ?? "missing"}.`);
    }
    const [right] = await values(engine, "SELECT count(*)::int FROM toys WHERE shouted = upper(name)");
    if (right !== 500) return notYet(`All 500 toys should have their name in upper case; ${right} do.`);
    return pass(`${steps.length} steps, none of which blocked readers or writers for long.`);
  });
}

/** The statements of exercise 10.3, each tested against a concurrent writer. */
const STATEMENTS: Readonly<Record<string, string>> = {
  A: "ALTER TABLE toys ALTER COLUMN price SET DEFAULT 1",
  B: "ALTER TABLE toys VALIDATE CONSTRAINT not_negative",
  C: "CREATE INDEX ON toys (price)",
  D: "CREATE TABLE parts (toy_id integer)",
  E: "CREATE TABLE parts (toy_id integer REFERENCES toys)",
  F: "ANALYZE toys",
};

function gradeHarmless({ url, harmless }: { url: string; harmless: unknown }): Promise<Verdict> {
  const letters = Array.isArray(harmless) ? harmless.map((letter) => String(letter).toUpperCase()) : [];
  if (letters.length === 0 || letters.some((letter) => !(letter in STATEMENTS))) {
    return Promise.resolve(notYet('The answer must be a list of letters from A to F, such as ["A"].'));
  }
  return withCheckSchema(url, async (engine) => {
    await run(engine, "CREATE TABLE toys (id integer PRIMARY KEY, price integer NOT NULL)");
    await run(engine, "INSERT INTO toys VALUES (1, 5)");
    await run(engine, "ALTER TABLE toys ADD CONSTRAINT not_negative CHECK (price >= 0) NOT VALID");
    for (const [letter, statement] of Object.entries(STATEMENTS)) {
      await using connection = await engine.connect();
      await connection.execute(statement);
      await using writer = await engine.connect();
      await writer.execute("SET LOCAL lock_timeout = '50ms'");
      const waits = await writer.execute("UPDATE toys SET price = price").then(() => false, () => true);
      if (waits === !letters.includes(letter)) continue;
      return notYet(
        waits
          ? `${letter} was executed: ${statement}. A writer had to wait until its transaction ended.`
          : `A letter is missing: one more statement did not block the writer.`,
      );
    }
    return pass("Each was executed: these did not block a writer, the others did.");
  });
}

function gradeDrift({ url, up }: { url: string; up: Change }): Promise<Verdict> {
  if (typeof up !== "function") return Promise.resolve(notYet("The answer must be a function."));
  const { model, metadata } = declarativeBase();
  model("games", { id: identity().primaryKey(), title: varchar(80), players: integer() });
  const folder = fileURLToPath(new URL("./10", import.meta.url));
  return withCheckSchema(url, async (engine) => {
    await run(
      engine,
      `CREATE TABLE games (id integer GENERATED BY DEFAULT AS IDENTITY CONSTRAINT pk_games PRIMARY KEY,
                           title text NOT NULL)`,
    );
    await run(engine, "CREATE INDEX ix_games_title_by_hand ON games (title)");
    const titles = ["chess", "go"].map(anyName);
    await run(engine, `INSERT INTO games (title) VALUES ('${titles.join("'), ('")}')`);
    await migrate.stamp(engine, folder, "heads");
    await engine.kysely<unknown>().transaction().execute((db) => up(db));
    const { differences } = await migrate.check(engine, folder, { metadata });
    if (differences!.length > 0) return notYet(`check still finds: ${differences!.join("; ")}.`);
    const rows = await values(engine, "SELECT string_agg(title || ' for ' || players, ', ' ORDER BY id) FROM games");
    if (rows[0] !== titles.map((title) => `${title} for 2`).join(", ")) {
      return notYet(`${titles.join(" and ")} should each have 2 players. Found: ${rows[0] ?? "none"}.`);
    }
    return pass("No drift, and the games are intact.");
  });
}

async function run(engine: Engine, statement: string): Promise<void> {
  await engine.begin((connection) => connection.execute(statement));
}

async function values(engine: Engine, query: string): Promise<unknown[]> {
  await using connection = await engine.connect();
  return (await connection.execute(query)).scalars().all();
}
