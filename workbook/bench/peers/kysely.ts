/**
 * Kysely's operations, for any driver: a query builder whose transactions send BEGIN and COMMIT separately.
 *
 * @module
 */
import { type Generated, type Kysely, sql, type Transaction } from "kysely";
import { type Contestant, inAllSizes, type Opened, type Settings, type Task } from "../contestant.ts";
import { keys, newRows, stream } from "../rows.ts";

interface Row {
  id: string;
  name: string;
  points: number;
  created_at: Generated<Date>;
}
interface Named {
  id: string;
  name: string;
  created_at: Generated<Date>;
}

/** The benchmark's tables. */
export interface Database {
  heroes: Row;
  arrivals: Row;
  notes: Omit<Row, "id"> & { id: Generated<number> };
  samples: Omit<Named, "id"> & { id: number };
  users: Named;
  toys: Named;
  user_toy: { user_id: string; toy_id: string };
}

/** Creates the contestant for one driver. */
export function kyselyContestant(
  name: string,
  packages: readonly string[],
  open: (settings: Settings) => Opened,
): Contestant {
  const notes = ["updates 1,000 rows with UPDATE … FROM unnest in raw SQL"];
  return { name, packages, notes, open: (settings) => Promise.resolve(open(settings)) };
}

/** Returns the operations. */
export function kyselyTasks(db: Kysely<Database>): Opened {
  type Tx = Transaction<Database>;
  const inTransaction = (work: (tx: Tx) => Promise<unknown>): Task => () => db.transaction().execute(work);
  const hero = (tx: Kysely<Database>) =>
    tx.selectFrom("heroes").select(["id", "name", "points", "created_at"])
      .where("id", "=", keys.hero()).executeTakeFirstOrThrow();
  const getCommit = inTransaction(hero);
  return {
    tasks: {
      "get-commit": getCommit,
      "get-close": async () => {
        const tx = await db.startTransaction().execute();
        const found = await hero(tx);
        await tx.rollback().execute();
        return found;
      },
      "get-autocommit": () => hero(db),
      "select-by-name": inTransaction((tx) =>
        tx.selectFrom("heroes").select(["id", "name", "points", "created_at"])
          .where("name", "=", keys.heroName()).executeTakeFirst()
      ),
      "entities-1000": inTransaction((tx) =>
        tx.selectFrom("heroes").select(["id", "name", "points", "created_at"]).execute()
      ),
      "users-with-toys": inTransaction(async (tx) => {
        const users = await tx.selectFrom("users").select(["id", "name", "created_at"]).execute();
        const toys = await tx.selectFrom("user_toy").innerJoin("toys", "toys.id", "user_toy.toy_id")
          .select(["user_toy.user_id", "toys.id", "toys.name", "toys.created_at"])
          .where("user_toy.user_id", "in", users.map(({ id }) => id)).execute();
        const byId = new Map(users.map((user) => [user.id, { ...user, toys: [] as object[] }]));
        for (const { user_id, ...toy } of toys) byId.get(user_id)!.toys.push(toy);
        return [...byId.values()];
      }),
      ...inAllSizes("inserts", (count) =>
        inTransaction(async (tx) => {
          const rows = newRows(count).map((row) => ({ ...row, id: crypto.randomUUID() as string }));
          const answer = await tx.insertInto("arrivals").values(rows).returning(["id", "created_at"]).execute();
          const created = new Map(answer.map(({ id, created_at }) => [id, created_at]));
          return rows.map((row) => ({ ...row, created_at: created.get(row.id) }));
        })),
      "inserts-1000-server-keys": inTransaction((tx) =>
        tx.insertInto("notes").values(newRows(1_000)).returning(["id", "name", "points", "created_at"]).execute()
      ),
      "updates-1000": inTransaction(async (tx) => {
        const step = keys.step();
        const points = keys.heroes().map((_, number) => number + step);
        await sql`UPDATE heroes SET points = new.points
          FROM unnest(${[...keys.heroes()]}::uuid[], ${points}::integer[]) AS new(id, points)
          WHERE heroes.id = new.id`.execute(tx);
        return step;
      }),
      "delete": inTransaction(async (tx) => {
        const id = keys.note();
        await tx.selectFrom("notes").select(["id", "name", "points", "created_at"]).where("id", "=", id).execute();
        await tx.deleteFrom("notes").where("id", "=", id).execute();
        return id;
      }),
      "mixed": inTransaction(async (tx) => {
        const [user, note, step] = [keys.user(), keys.note(), keys.step()];
        await tx.selectFrom("users").select(["id", "name", "created_at"]).where("id", "=", user).execute();
        await tx.selectFrom("notes").select(["id", "name", "points", "created_at"]).where("id", "=", note).execute();
        const toys = [1, 2].map(() => ({ id: crypto.randomUUID() as string, name: `new ${step}` }));
        await tx.updateTable("users").set({ name: `step ${step}` }).where("id", "=", user).execute();
        await tx.insertInto("toys").values(toys).returning(["id", "created_at"]).execute();
        await tx.insertInto("user_toy").values(toys.map(({ id }) => ({ user_id: user, toy_id: id }))).execute();
        await tx.deleteFrom("notes").where("id", "=", note).execute();
        return { user, note, step };
      }),
      "concurrent-64": () => Promise.all(Array.from({ length: 64 }, getCommit)),
      ...inAllSizes(
        "read",
        (count) =>
          inTransaction((tx) =>
            tx.selectFrom("samples").select(["id", "name", "created_at"]).orderBy("id").limit(count).execute()
          ),
      ),
      "stream": inTransaction(async (tx) => {
        let [rows, sum] = [0, 0];
        const samples = tx.selectFrom("samples").select(["id", "name", "created_at"]).stream(stream.batch);
        for await (const { id } of samples) {
          rows++;
          sum += id;
        }
        return { rows, sum };
      }),
    },
    close: () => db.destroy(),
  };
}
