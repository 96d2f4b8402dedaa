/**
 * The operations measured: their description, the reset before each turn, and the check of a contestant's results.
 *
 * @module
 */
import type { Client } from "../admin_client.ts";
import { type OperationName, sizes } from "./contestant.ts";
import { counts, key, stream } from "./rows.ts";

/** An operation. */
export interface Operation {
  readonly name: OperationName;
  readonly title: string;
  readonly connections: number;
  /** The contestant the ratios refer to. */
  readonly reference: string;
  /** Calls per measured task; results are per call. */
  readonly calls: number;
  /** True if one call is long enough for a whole turn. */
  readonly isLong: boolean;
  /** Number of rows, for one of several sizes. */
  readonly rows?: number;
  /** SQL run before each turn, not measured. */
  readonly reset?: string;
  /** @returns what is wrong with a result, or with the tables afterwards; undefined if it is correct. */
  check(answer: unknown, client: Client): Promise<string | undefined> | string | undefined;
}

/** Inserts the initial rows. */
export const seed = `
  INSERT INTO heroes (id, name, points)
    SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'hero ' || n, n
    FROM generate_series(0, ${counts.heroes - 1}) AS n;
  INSERT INTO users (id, name)
    SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'user ' || n
    FROM generate_series(0, ${counts.users - 1}) AS n;
  INSERT INTO toys (id, name)
    SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'toy ' || n
    FROM generate_series(0, ${counts.toys - 1}) AS n;
  INSERT INTO user_toy (user_id, toy_id)
    SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
           ('00000000-0000-4000-8000-' || lpad(((n * 7 + m) % ${counts.toys})::text, 12, '0'))::uuid
    FROM generate_series(0, ${counts.users - 1}) AS n, generate_series(0, ${counts.toysOfUser - 1}) AS m;
  INSERT INTO samples (id, name) SELECT n, 'sample ' || n FROM generate_series(1, ${counts.samples}) AS n;
  ANALYZE heroes, users, toys, user_toy, samples;`;

/** Fills `samples` with enough rows to be streamed. */
export const seedStream = `
  INSERT INTO samples (id, name)
    SELECT n, 'sample ' || n FROM generate_series(${counts.samples + 1}, ${stream.rows}) AS n ON CONFLICT DO NOTHING;
  ANALYZE samples;`;

const NOTES = `
  TRUNCATE notes RESTART IDENTITY;
  INSERT INTO notes (name, points) SELECT 'note ' || n, n FROM generate_series(1, ${counts.notes}) AS n;
  ANALYZE notes;`;

const common = { connections: 1, reference: "pg, named", calls: 1, isLong: false };

/** The operations in measuring order: those that modify rows come last. */
export const operations: readonly Operation[] = [
  { ...common, name: "get-commit", title: "get, in a transaction, then commit", check: isHero },
  { ...common, name: "get-close", title: "get, in a transaction, then close (rollback)", check: isHero },
  { ...common, name: "get-autocommit", title: "get, autocommit", check: isHero },
  {
    ...common,
    name: "identity-map",
    title: "get of an object that the session has (identity map), for one call",
    reference: "bare await",
    calls: 1_000,
    check: isHero,
  },
  { ...common, name: "select-by-name", title: "select one by name, commit", check: isHero },
  { ...common, name: "entities-1000", title: "read 1,000 objects, commit", check: areHeroes },
  { ...common, name: "users-with-toys", title: "read 100 users with their toys, commit", check: areUsers },
  {
    ...common,
    name: "concurrent-64",
    title: "64 concurrent gets, each in a transaction, over 10 connections",
    connections: 10,
    check: (answer) =>
      !Array.isArray(answer) || answer.length !== 64 ? "it did not return 64 heroes" : answer.map(isHero).find(Boolean),
  },
  inserts(1_000),
  {
    ...common,
    name: "inserts-1000-server-keys",
    title: "insert 1,000, keys made by the server, commit",
    isLong: true,
    reset: "TRUNCATE notes RESTART IDENTITY",
    check: (answer, client) => areNew(answer, client, 1_000, "notes"),
  },
  inserts(10_000),
  { ...common, name: "updates-1000", title: "update 1,000, commit", isLong: true, check: isUpdated },
  { ...common, name: "delete", title: "read one, delete it, commit", reset: NOTES, check: isDeleted },
  {
    ...common,
    name: "mixed",
    title: "read two, update one, insert two with two associations, delete one, commit",
    reset: `${NOTES} DELETE FROM toys WHERE name LIKE 'new %'`,
    check: isMixed,
  },
  ...sizes.map((rows): Operation => ({
    ...common,
    name: `read-${rows}`,
    title: `read ${many(rows)} in the order of ${rows === 1 ? "its key" : "their keys"}, commit`,
    rows,
    isLong: rows > 1_000,
    check: (answer) => areSamples(answer, rows),
  })),
  ...([1, 10, 100] as const).map((rows) => ({ ...inserts(rows), isLong: false })),
];

/** Returns whether an operation exists only to show how a cost grows with the number of rows. */
export function isOfSize({ name, rows }: Operation): boolean {
  return rows !== undefined && name !== "inserts-1000" && name !== "inserts-10000";
}

/** Returns whether round trips are counted: not for repetitions of another operation with more rows. */
export function isCounted(operation: Operation): boolean {
  return !isOfSize(operation) && !["concurrent-64", "inserts-10000"].includes(operation.name);
}

function inserts(rows: typeof sizes[number]): Operation {
  return {
    ...common,
    name: `inserts-${rows}`,
    title: `insert ${many(rows)}, ${rows === 1 ? "key" : "keys"} made by the client, commit`,
    rows,
    isLong: true,
    reset: "TRUNCATE arrivals",
    check: (answer, client) => areNew(answer, client, rows, "arrivals"),
  };
}

function many(rows: number): string {
  return rows === 1 ? "one row" : `${rows.toLocaleString("en-US")} rows`;
}

type Fields = Record<string, unknown>;

/** Returns the value of a column, by its SQL name or as an attribute. */
function field(row: unknown, name: string): unknown {
  const fields = row as Fields;
  return fields[name] ?? fields[name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())];
}

/** Returns whether a value is a time as transmitted by `worker.ts`; times left as text are not equivalent work. */
function isTime(value: unknown): boolean {
  return typeof (value as { time?: unknown } | undefined)?.time === "string";
}

function isHero(answer: unknown): string | undefined {
  if (typeof answer !== "object" || answer === null) return `it returned ${Deno.inspect(answer)} instead of a hero`;
  const id = String(field(answer, "id"));
  if (field(answer, "name") !== `hero ${Number(id.slice(-12))}` || typeof field(answer, "points") !== "number") {
    return `it returned ${Deno.inspect(answer)} instead of a hero`;
  }
  return isTime(field(answer, "created_at")) ? undefined : "created_at is not a time";
}

function areHeroes(answer: unknown): string | undefined {
  if (!Array.isArray(answer) || new Set(answer.map((row) => field(row, "id"))).size !== counts.heroes) {
    return `it did not return ${counts.heroes} heroes`;
  }
  return answer.map(isHero).find(Boolean);
}

function areUsers(answer: unknown): string | undefined {
  if (!Array.isArray(answer) || answer.length !== counts.users) return `it did not return ${counts.users} users`;
  for (const user of answer) {
    const number = Number(String(field(user, "id")).slice(-12));
    const wanted = Array.from({ length: counts.toysOfUser }, (_, m) => key((number * 7 + m) % counts.toys));
    const toys = field(user, "toys") as Fields[];
    const given = toys.map(({ id }) => String(id));
    if (given.toSorted().join() !== wanted.toSorted().join()) return `user ${number} has the toys ${given}`;
    if (![user, ...toys].every((row) => isTime(field(row, "created_at")))) return "created_at is not a time";
    if (!toys.every(({ id, name }) => name === `toy ${Number(String(id).slice(-12))}`)) return "a toy has a wrong name";
  }
}

function areSamples(answer: unknown, count: number): string | undefined {
  if (!Array.isArray(answer) || answer.length !== count) return `it did not return ${count} samples`;
  const wrong = answer.findIndex((row, index) => row.id !== index + 1 || row.name !== `sample ${index + 1}`);
  if (wrong >= 0) return `sample ${wrong + 1} is ${Deno.inspect(answer[wrong])}`;
  return answer.every((row) => isTime(field(row, "created_at"))) ? undefined : "created_at is not a time";
}

async function areNew(answer: unknown, client: Client, count: number, table: string): Promise<string | undefined> {
  if (!Array.isArray(answer) || answer.length !== count) return `it did not return ${count} rows`;
  if (!answer.every((row) => isTime(field(row, "created_at")))) return "created_at was not returned with the rows";
  const { rows } = await client.query<{ id: unknown; name: string; points: number }>(
    `SELECT id, name, points FROM ${table}`,
  );
  if (rows.length !== count) return `${table} has ${rows.length} rows instead of ${count}`;
  const stored = new Map(rows.map((row) => [String(row.id), row]));
  const wrong = answer.find((row) => {
    const found = stored.get(String(row.id));
    return !found || found.name !== row.name || found.points !== row.points || found.name !== `new ${found.points}`;
  });
  return wrong && `it returned ${Deno.inspect(wrong)}, which differs from the row in ${table}`;
}

async function isUpdated(step: unknown, client: Client): Promise<string | undefined> {
  const { rows: [{ right }] } = await client.query<{ right: number }>(
    "SELECT count(*)::int AS right FROM heroes WHERE points = right(id::text, 12)::bigint + $1",
    [step],
  );
  return right === counts.heroes ? undefined : `${counts.heroes - right} of ${counts.heroes} heroes were not updated`;
}

async function isDeleted(note: unknown, client: Client): Promise<string | undefined> {
  const { rows: [{ left, all }] } = await client.query<{ left: number; all: number }>(
    "SELECT count(*) FILTER (WHERE id = $1)::int AS left, count(*)::int AS all FROM notes",
    [note],
  );
  if (left !== 0) return `note ${note} was not deleted`;
  return all === counts.notes - 1 ? undefined : `${counts.notes - all} notes are gone instead of one`;
}

async function isMixed(answer: unknown, client: Client): Promise<string | undefined> {
  const { user, note, step } = answer as { user: string; note: number; step: number };
  const { rows: [{ name, toys }] } = await client.query<{ name: string; toys: number }>(
    `SELECT users.name, (SELECT count(*)::int FROM user_toy JOIN toys ON toys.id = toy_id
       WHERE user_id = users.id AND toys.name = $2) AS toys FROM users WHERE id = $1`,
    [user, `new ${step}`],
  );
  if (name !== `step ${step}`) return `the user is named ${name}`;
  return toys === 2 ? await isDeleted(note, client) : `the user has ${toys} new toys`;
}
