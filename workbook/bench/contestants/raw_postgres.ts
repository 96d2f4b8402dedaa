/**
 * Plain npm postgres (postgres.js), which prepares and pipelines by itself.
 *
 * @module
 */
import postgres from "postgres";
import { type Contestant, inAllSizes, type Opened, type Settings } from "../contestant.ts";
import { keys, newRows, stream } from "../rows.ts";

export const rawPostgres: Contestant = {
  name: "postgres.js",
  packages: ["postgres"],
  notes: [
    "ends its transactions with COMMIT, because sql.begin() rolls back only after an error",
    "inserts with unnest, like raw pg, instead of its sql(rows) helper, which sends each value as a parameter",
  ],
  open,
};

function open({ url, connections }: Settings): Promise<Opened> {
  const sql = postgres(url, { max: connections });
  const get = () => sql.begin((sql) => sql`SELECT id, name, points, created_at FROM heroes WHERE id = ${keys.hero()}`);
  const insert = (count: number) => async () => {
    const rows = newRows(count).map((row) => ({ ...row, id: crypto.randomUUID() as string }));
    const answer = await sql.begin((sql) =>
      sql<{ id: string; created_at: Date }[]>`INSERT INTO arrivals (id, name, points)
        SELECT * FROM unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ name }) => name)}::text[],
          ${rows.map(({ points }) => points)}::integer[]) RETURNING id, created_at`
    );
    const created = new Map(answer.map(({ id, created_at }) => [id, created_at]));
    return rows.map((row) => ({ ...row, created_at: created.get(row.id) }));
  };

  return Promise.resolve({
    tasks: {
      "get-commit": async () => (await get())[0],
      "get-close": async () => (await get())[0],
      "get-autocommit": async () => {
        return (await sql`SELECT id, name, points, created_at FROM heroes WHERE id = ${keys.hero()}`)[0];
      },
      "select-by-name": async () => {
        const [hero] = await sql.begin((sql) =>
          sql`SELECT id, name, points, created_at FROM heroes WHERE name = ${keys.heroName()}`
        );
        return hero;
      },
      "entities-1000": () => sql.begin((sql) => sql`SELECT id, name, points, created_at FROM heroes`),
      "users-with-toys": () =>
        sql.begin(async (sql) => {
          const users = await sql<{ id: string; name: string; created_at: Date }[]>`
            SELECT id, name, created_at FROM users`;
          const toys = await sql<{ user_id: string; id: string; name: string; created_at: Date }[]>`
            SELECT user_toy.user_id, toys.id, toys.name, toys.created_at
            FROM user_toy JOIN toys ON toys.id = user_toy.toy_id
            WHERE user_toy.user_id = ANY(${users.map(({ id }) => id)}::uuid[])`;
          const byId = new Map(users.map((user) => [user.id, { ...user, toys: [] as object[] }]));
          for (const { user_id, ...toy } of toys) byId.get(user_id)!.toys.push(toy);
          return [...byId.values()];
        }),
      ...inAllSizes("inserts", insert),
      ...inAllSizes(
        "read",
        (count) => () => sql.begin((sql) => sql`SELECT id, name, created_at FROM samples ORDER BY id LIMIT ${count}`),
      ),
      "stream": () =>
        sql.begin(async (sql) => {
          let [rows, sum] = [0, 0];
          const cursor = sql<{ id: number }[]>`SELECT id, name, created_at FROM samples`.cursor(stream.batch);
          for await (const batch of cursor) {
            rows += batch.length;
            for (const { id } of batch) sum += id;
          }
          return { rows, sum };
        }),
      "inserts-1000-server-keys": () => {
        const rows = newRows(1_000);
        return sql.begin((sql) =>
          sql`INSERT INTO notes (name, points)
            SELECT * FROM unnest(${rows.map(({ name }) => name)}::text[], ${
            rows.map(({ points }) => points)
          }::integer[])
            RETURNING id, name, points, created_at`
        );
      },
      "updates-1000": async () => {
        const step = keys.step();
        const points = keys.heroes().map((_, number) => number + step);
        await sql.begin((sql) =>
          sql`UPDATE heroes SET points = new.points
            FROM unnest(${keys.heroes()}::uuid[], ${points}::integer[]) AS new(id, points) WHERE heroes.id = new.id`
        );
        return step;
      },
      "delete": async () => {
        const id = keys.note();
        await sql.begin((sql) => [
          sql`SELECT id, name, points, created_at FROM notes WHERE id = ${id}`,
          sql`DELETE FROM notes WHERE id = ${id}`,
        ]);
        return id;
      },
      "mixed": async () => {
        const [user, note, step] = [keys.user(), keys.note(), keys.step()];
        await sql.begin(async (sql) => {
          await Promise.all([
            sql`SELECT id, name, created_at FROM users WHERE id = ${user}`,
            sql`SELECT id, name, points, created_at FROM notes WHERE id = ${note}`,
          ]);
          const toys = [crypto.randomUUID(), crypto.randomUUID()].map((id) => ({ id, name: `new ${step}` }));
          await Promise.all([
            sql`UPDATE users SET name = ${`step ${step}`} WHERE id = ${user}`,
            sql`INSERT INTO toys ${sql(toys)} RETURNING id, created_at`,
            sql`INSERT INTO user_toy ${sql(toys.map(({ id }) => ({ user_id: user, toy_id: id })))}`,
            sql`DELETE FROM notes WHERE id = ${note}`,
          ]);
        });
        return { user, note, step };
      },
      "concurrent-64": async () => (await Promise.all(Array.from({ length: 64 }, get))).map(([hero]) => hero),
    },
    close: () => sql.end(),
  });
}
