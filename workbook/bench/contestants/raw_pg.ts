/**
 * Plain npm pg in three styles: as in its manual, with named (prepared) statements, and with these in pipeline mode,
 * where BEGIN and COMMIT are sent along.
 *
 * @module
 */
// @ts-types="npm:@types/pg@^8.15.0"
import pg from "pg";
import { type Contestant, inAllSizes, type Opened, type Settings } from "../contestant.ts";
import { keys, newRows, stream } from "../rows.ts";

interface Style {
  readonly named: boolean;
  readonly pipelined: boolean;
}

type Row = Record<string, unknown>;
interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
}

const BEGIN: Statement = { text: "BEGIN" };
const COMMIT: Statement = { text: "COMMIT" };
const ROLLBACK: Statement = { text: "ROLLBACK" };
const FETCH: Statement = { name: "fetch", text: `FETCH ${stream.batch} FROM s` };
const HERO = "SELECT id, name, points, created_at FROM heroes";

/** Creates the contestant for one style. */
export function rawPg(name: string, style: Style): Contestant {
  const notes = style.pipelined ? ["sends independent statements together, including BEGIN and COMMIT"] : [];
  return { name, packages: ["pg"], notes, open: (settings) => open(settings, style) };
}

async function open({ url, connections }: Settings, style: Style): Promise<Opened> {
  const config: pg.PoolConfig & { pipeline: boolean } = {
    connectionString: url,
    max: connections,
    pipeline: style.pipelined,
  };
  const pool = new pg.Pool(config);

  /** Sends independent statements; only the pipelined style sends them without waiting. */
  const send = async (client: pg.PoolClient, statements: readonly Statement[]): Promise<Row[][]> => {
    const query = async ({ name, text, values }: Statement): Promise<Row[]> =>
      (await client.query({ name: style.named ? name : undefined, text, values: values as unknown[] })).rows;
    if (style.pipelined) return await Promise.all(statements.map(query));
    const answers: Row[][] = [];
    for (const statement of statements) answers.push(await query(statement));
    return answers;
  };
  // a single task needs no pool: it keeps its client
  const own = connections === 1 ? await pool.connect() : undefined;
  const together = async (...statements: Statement[]): Promise<Row[][]> => {
    if (own) return await send(own, statements);
    const client = await pool.connect();
    try {
      return await send(client, statements);
    } finally {
      client.release();
    }
  };

  const getHero = () => ({ name: "get", text: `${HERO} WHERE id = $1`, values: [keys.hero()] });
  const insert = (count: number) => async () => {
    const rows = newRows(count).map((row) => ({ ...row, id: crypto.randomUUID() as string }));
    const [, answer] = await together(BEGIN, {
      name: "insert",
      text: `INSERT INTO arrivals (id, name, points)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[]) RETURNING id, created_at`,
      values: [rows.map(({ id }) => id), rows.map(({ name }) => name), rows.map(({ points }) => points)],
    }, COMMIT);
    const created = new Map(answer.map(({ id, created_at }) => [id, created_at]));
    return rows.map((row) => ({ ...row, created_at: created.get(row.id) }));
  };

  return {
    tasks: {
      "get-commit": async () => (await together(BEGIN, getHero(), COMMIT))[1][0],
      "get-close": async () => (await together(BEGIN, getHero(), ROLLBACK))[1][0],
      "get-autocommit": async () => (await together(getHero()))[0][0],
      "select-by-name": async () => {
        const select = { name: "by name", text: `${HERO} WHERE name = $1`, values: [keys.heroName()] };
        return (await together(BEGIN, select, COMMIT))[1][0];
      },
      "entities-1000": async () => (await together(BEGIN, { name: "all", text: HERO }, COMMIT))[1],
      "users-with-toys": async () => {
        const [, users] = await together(BEGIN, { name: "users", text: "SELECT id, name, created_at FROM users" });
        const [toys] = await together({
          name: "toys",
          text: `SELECT user_toy.user_id, toys.id, toys.name, toys.created_at
            FROM user_toy JOIN toys ON toys.id = user_toy.toy_id WHERE user_toy.user_id = ANY($1)`,
          values: [users.map(({ id }) => id)],
        }, COMMIT);
        const byId = new Map(users.map((user) => [user.id, { ...user, toys: [] as Row[] }]));
        for (const { user_id, ...toy } of toys) byId.get(user_id)!.toys.push(toy);
        return [...byId.values()];
      },
      ...inAllSizes("inserts", insert),
      ...inAllSizes("read", (count) => async () => {
        const text = "SELECT id, name, created_at FROM samples ORDER BY id LIMIT $1";
        return (await together(BEGIN, { name: "samples", text, values: [count] }, COMMIT))[1];
      }),
      "stream": async () => {
        await together(BEGIN, { text: "DECLARE s NO SCROLL CURSOR FOR SELECT id, name, created_at FROM samples" });
        let [rows, sum] = [0, 0];
        for (let batch: Row[]; [batch] = await together(FETCH), batch.length > 0;) {
          rows += batch.length;
          for (const { id } of batch) sum += id as number;
        }
        await together(COMMIT);
        return { rows, sum };
      },
      "inserts-1000-server-keys": async () => {
        const rows = newRows(1_000);
        const [, answer] = await together(BEGIN, {
          name: "insert notes",
          text: `INSERT INTO notes (name, points)
            SELECT * FROM unnest($1::text[], $2::integer[]) RETURNING id, name, points, created_at`,
          values: [rows.map(({ name }) => name), rows.map(({ points }) => points)],
        }, COMMIT);
        return answer;
      },
      "updates-1000": async () => {
        const step = keys.step();
        await together(BEGIN, {
          name: "update",
          text: `UPDATE heroes SET points = new.points
            FROM unnest($1::uuid[], $2::integer[]) AS new(id, points) WHERE heroes.id = new.id`,
          values: [keys.heroes(), keys.heroes().map((_, number) => number + step)],
        }, COMMIT);
        return step;
      },
      "delete": async () => {
        const id = keys.note();
        await together(
          BEGIN,
          { name: "note", text: "SELECT id, name, points, created_at FROM notes WHERE id = $1", values: [id] },
          { name: "delete", text: "DELETE FROM notes WHERE id = $1", values: [id] },
          COMMIT,
        );
        return id;
      },
      "mixed": async () => {
        const [user, note, step] = [keys.user(), keys.note(), keys.step()];
        await together(
          BEGIN,
          { name: "user", text: "SELECT id, name, created_at FROM users WHERE id = $1", values: [user] },
          { name: "note", text: "SELECT id, name, points, created_at FROM notes WHERE id = $1", values: [note] },
        );
        const toys = [crypto.randomUUID(), crypto.randomUUID()];
        await together(
          { name: "rename", text: "UPDATE users SET name = $2 WHERE id = $1", values: [user, `step ${step}`] },
          {
            name: "insert toys",
            text: "INSERT INTO toys (id, name) VALUES ($1, $2), ($3, $2) RETURNING id, created_at",
            values: [toys[0], `new ${step}`, toys[1]],
          },
          {
            name: "give toys",
            text: "INSERT INTO user_toy (user_id, toy_id) VALUES ($1, $2), ($1, $3)",
            values: [user, ...toys],
          },
          { name: "delete", text: "DELETE FROM notes WHERE id = $1", values: [note] },
          COMMIT,
        );
        return { user, note, step };
      },
      "concurrent-64": async () => {
        const answers = await Promise.all(Array.from({ length: 64 }, () => together(BEGIN, getHero(), COMMIT)));
        return answers.map(([, [hero]]) => hero);
      },
    },
    async close() {
      own?.release();
      await pool.end();
    },
  };
}
