import type { Kysely } from "kysely";
import { type Engine, migrate } from "../../lib/mod.ts";
import { type Exercise, exercise, notYet, pass, type Verdict } from "../exercise.ts";
import { withCheckSchema } from "./check_schema.ts";
import { anyName, anyNumber } from "./unguessable.ts";

type Change = (db: Kysely<unknown>) => Promise<unknown>;

const exercises: readonly Exercise[] = [
  exercise({
    id: "06.1",
    title: "The way back",
    todo: "Put an async function in place of TODO: async (db) => { … }.",
    hints: [
      "Undo the five steps in reverse order.",
      "dropNotNull() is the opposite of setNotNull(). An index is dropped with its column.",
      "The column team_id refers to teams, so it must be dropped before the table.",
    ],
    grade: (answer) => gradeDown(answer as { url: string; up: Change; down: Change }),
  }),
  exercise({
    id: "06.2",
    title: "A column that may not be empty",
    todo: "Put an async function in place of TODO: async (db) => { … }.",
    hints: [
      "Three steps: add a nullable column, fill it, then set it NOT NULL.",
      'sql`UPDATE heroes SET level = 1`.execute(db) fills it; alterColumn("level", (column) => column.setNotNull()) forbids NULL.',
      "Or add it with notNull().defaultTo(1), which fills the rows, and drop the default afterwards: dropDefault().",
    ],
    grade: (answer) => gradeLevel(answer as { url: string; addLevel: Change }),
  }),
  exercise({
    id: "06.3",
    title: "Which revision was it?",
    todo: "Put the id of a revision in place of TODO, as a string.",
    hints: [
      "Search the files for motto; other tables have one, too, and a column can be added more than once.",
      "A column can also get its name by being renamed: look for one with another name.",
      "To verify: upgrade by +1 in a separate schema, and check after each step whether heroes has the column.",
    ],
    grade: (answer) => gradeCulprit(answer as { url: string; folder: string; culprit: unknown }),
  }),
  exercise({
    id: "06.4",
    title: "From true to 'active'",
    todo: "Put an object in place of TODO: { up: async (db) => { … }, down: async (db) => { … } }.",
    hints: [
      "Add the new column, fill it from the old one, and drop the old one last.",
      "UPDATE heroes SET status = CASE WHEN active THEN 'active' ELSE 'retired' END",
      "down is the reverse: add active, UPDATE heroes SET active = (status = 'active'), setNotNull(), drop status.",
    ],
    grade: (answer) => gradeStatus(answer as { url: string; status: { up: Change; down: Change } }),
  }),
];

export default exercises;

function gradeDown({ url, up, down }: { url: string; up: Change; down: Change }): Promise<Verdict> {
  if (typeof down !== "function") return Promise.resolve(notYet("The answer must be a function."));
  return withCheckSchema(url, async (engine) => {
    await run(engine, `CREATE TABLE heroes (id integer PRIMARY KEY, alias text)`);
    const aliases = ["sponge", "squirrel"].map(anyName);
    await run(engine, `INSERT INTO heroes VALUES (1, '${aliases[0]}'), (2, '${aliases[1]}')`);
    const before = await schemaOf(engine);
    await apply(engine, up);
    await apply(engine, down);
    const after = await schemaOf(engine);
    const missing = before.filter((line) => !after.includes(line));
    const left = after.filter((line) => !before.includes(line));
    if (missing.length + left.length > 0) {
      const parts = [...missing.map((line) => `missing: ${line}`), ...left.map((line) => `unexpected: ${line}`)];
      return notYet(`After up and down the schema differs from the original. ${parts.join("; ")}.`);
    }
    const rows = await values(engine, "SELECT string_agg(alias, ', ' ORDER BY id) FROM heroes");
    if (rows[0] !== aliases.join(", ")) {
      return notYet(
        `The schema is right, but the aliases should be ${aliases.join(" and ")}; they are ${rows[0] ?? "gone"}.`,
      );
    }
    return pass("The schema is restored, and the rows are intact.");
  });
}

function gradeLevel({ url, addLevel }: { url: string; addLevel: Change }): Promise<Verdict> {
  if (typeof addLevel !== "function") return Promise.resolve(notYet("The answer must be a function."));
  return withCheckSchema(url, async (engine) => {
    await run(engine, "CREATE TABLE heroes (id integer PRIMARY KEY, name text NOT NULL)");
    const names = ["spongebob", "sandy", "patrick"].map(anyName);
    await run(
      engine,
      `INSERT INTO heroes VALUES ${names.map((name, index) => `(${index + 1}, '${name}')`).join(", ")}`,
    );
    await apply(engine, addLevel);
    const [found] = await values(
      engine,
      `SELECT count(*)::int || ' heroes, levels ' || coalesce(string_agg(DISTINCT level::text, ', '), 'empty') ||
         CASE WHEN bool_or(level IS NULL) THEN ' and empty' ELSE '' END FROM heroes`,
    );
    if (found !== "3 heroes, levels 1") {
      return notYet(`All 3 heroes should have level 1. Found: ${found}.`);
    }
    const [kept] = await values(engine, "SELECT string_agg(name, ', ' ORDER BY id) FROM heroes");
    if (kept !== names.join(", ")) return notYet(`The heroes were ${names.join(", ")}. Now they are ${kept}.`);
    const [column] = await values(
      engine,
      `SELECT format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END ||
         coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
         FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = 'heroes'::regclass AND attname = 'level'`,
    );
    if (column !== "integer not null") {
      return notYet(`The rows are right. The column should be integer not null; it is ${column}.`);
    }
    return pass("Three heroes with level 1; new heroes must specify a level.");
  });
}

function gradeCulprit({ url, folder, culprit }: { url: string; folder: string; culprit: unknown }): Promise<Verdict> {
  return withCheckSchema(url, async (engine) => {
    const revisions = (await migrate.list(folder)).toReversed();
    let added: string | undefined; // the latest revision at which heroes had no motto yet
    let had = false;
    for (const { id } of revisions) {
      await migrate.upgrade(engine, folder, id);
      const [has] = await values(
        engine,
        "SELECT count(*)::int FROM pg_attribute WHERE attrelid = 'heroes'::regclass AND attname = 'motto'",
      );
      if (has === 1 && !had) added = id;
      had = has === 1;
    }
    if (culprit === added) {
      return pass("Nine messages, one revision: a message should describe what its revision does.");
    }
    const named = revisions.find(({ id }) => typeof culprit === "string" && culprit !== "" && id.startsWith(culprit));
    if (!named) return notYet(`${Deno.inspect(culprit)} is not the id of a revision here.`);
    if (named.id === added) return notYet(`That is the right one; provide its full id, ${named.id}.`);
    return notYet(
      `Revision ${named.id}, "${named.message}", is not it: the column that heroes has at head was added by another revision.`,
    );
  });
}

function gradeStatus({ url, status }: { url: string; status: { up: Change; down: Change } }): Promise<Verdict> {
  if (typeof status?.up !== "function" || typeof status.down !== "function") {
    return Promise.resolve(notYet("The answer must be an object with two functions, up and down."));
  }
  return withCheckSchema(url, async (engine) => {
    await run(engine, "CREATE TABLE heroes (id integer PRIMARY KEY, active boolean NOT NULL)");
    const active = [true, false, true, ...Array.from({ length: 5 }, () => anyNumber(0, 1) === 1), false];
    const heroes = active.map((each, index) => `(${index + 1}, ${each})`).join(", ");
    await run(engine, `INSERT INTO heroes VALUES ${heroes}`);
    const before = await schemaOf(engine);
    await apply(engine, status.up);
    const columns = (await schemaOf(engine)).filter((line) => line.startsWith("heroes column")).join("; ");
    if (!/heroes column status (text|character varying\S*) not null/.test(columns) || columns.includes("active")) {
      return notYet(
        `After up there should be a column status (text, not null) and no column active. Found: ${columns}.`,
      );
    }
    const up = await values(engine, "SELECT string_agg(status, ', ' ORDER BY id) FROM heroes");
    if (up[0] !== active.map((each) => each ? "active" : "retired").join(", ")) {
      return notYet(`Active were: ${active.join(", ")}. After up the statuses are: ${up[0] ?? "empty"}.`);
    }
    await apply(engine, status.down);
    const after = await schemaOf(engine);
    if (after.join() !== before.join()) {
      return notYet(`After down the schema was ${before.join("; ")}. It is ${after.join("; ")}.`);
    }
    const down = await values(engine, "SELECT string_agg(active::text, ', ' ORDER BY id) FROM heroes");
    if (down[0] !== active.join(", ")) {
      return notYet(`After down active should be ${active.join(", ")} again; it is ${down[0]}.`);
    }
    await apply(engine, status.up);
    return pass("Up, down, and up again: no value was lost.");
  });
}

/** Runs a revision's function like the tool: in a transaction. */
async function apply(engine: Engine, change: Change): Promise<void> {
  await engine.kysely<unknown>().transaction().execute((db) => change(db));
}

async function run(engine: Engine, statement: string): Promise<void> {
  await engine.begin((connection) => connection.execute(statement));
}

async function values(engine: Engine, query: string): Promise<unknown[]> {
  await using connection = await engine.connect();
  return (await connection.execute(query)).scalars().all();
}

/** Lists tables, columns, constraints and indexes, one per line. */
async function schemaOf(engine: Engine): Promise<string[]> {
  const lines = await values(
    engine,
    `WITH own AS (SELECT oid, relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r')
     SELECT line FROM (
       SELECT 1, relname || ' table' FROM own
       UNION ALL SELECT 2, relname || ' column ' || attname || ' ' || format_type(atttypid, atttypmod) ||
           CASE WHEN attnotnull THEN ' not null' ELSE '' END || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
         FROM own JOIN pg_attribute ON attrelid = own.oid AND attnum > 0 AND NOT attisdropped
         LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
       UNION ALL SELECT 3, relname || ' constraint ' || pg_get_constraintdef(pg_constraint.oid)
         FROM own JOIN pg_constraint ON conrelid = own.oid WHERE contype <> 'n'
       UNION ALL SELECT 4, 'index ' || indexrelid::regclass::text FROM own JOIN pg_index ON indrelid = own.oid
     ) AS lines (kind, line) ORDER BY kind, line`,
  );
  return lines as string[];
}
