/**
 * Drizzle's operations, for any driver: a query builder with relational queries.
 *
 * @module
 */
import { eq, relations, sql, TransactionRollbackError } from "drizzle-orm";
import { integer, type PgDatabase, type PgQueryResultHKT, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { type Contestant, inAllSizes, type Opened, type Settings, type Task } from "../contestant.ts";
import { keys, newRows } from "../rows.ts";

const createdAt = () => timestamp("created_at", { withTimezone: true }).notNull().defaultNow();
const named = () => ({ id: uuid().primaryKey().$defaultFn(() => crypto.randomUUID()), name: text().notNull() });

const heroes = pgTable("heroes", { ...named(), points: integer().notNull(), createdAt: createdAt() });
const arrivals = pgTable("arrivals", { ...named(), points: integer().notNull(), createdAt: createdAt() });
const notes = pgTable("notes", {
  id: integer().primaryKey().generatedByDefaultAsIdentity(),
  name: text().notNull(),
  points: integer().notNull(),
  createdAt: createdAt(),
});
const samples = pgTable("samples", { id: integer().primaryKey(), name: text().notNull(), createdAt: createdAt() });
const users = pgTable("users", { ...named(), createdAt: createdAt() });
const toys = pgTable("toys", { ...named(), createdAt: createdAt() });
const userToy = pgTable("user_toy", { userId: uuid("user_id").notNull(), toyId: uuid("toy_id").notNull() });
const usersRelations = relations(users, ({ many }) => ({ userToys: many(userToy) }));
const userToyRelations = relations(userToy, ({ one }) => ({
  user: one(users, { fields: [userToy.userId], references: [users.id] }),
  toy: one(toys, { fields: [userToy.toyId], references: [toys.id] }),
}));

/** The benchmark's tables. */
export const schema = { heroes, arrivals, notes, samples, users, toys, userToy, usersRelations, userToyRelations };
type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

/** Creates the contestant for one driver. */
export function drizzleContestant(
  name: string,
  packages: readonly string[],
  open: (settings: Settings) => Opened,
): Contestant {
  const notes = [
    "builds its SQL for each call, because prepared queries cannot run in a transaction",
    "rolls back with an exception, as documented",
    "loads users with their toys as JSON in one statement",
    "updates 1,000 rows with UPDATE … FROM unnest in raw SQL",
  ];
  return { name, packages, notes, open: (settings) => Promise.resolve(open(settings)) };
}

/** Returns the operations. */
export function drizzleTasks(db: Database, close: () => Promise<unknown>): Opened {
  const hero = async (tx: Database) => (await tx.select().from(heroes).where(eq(heroes.id, keys.hero())))[0];
  const inTransaction = (work: (tx: Database) => Promise<unknown>): Task => () => db.transaction(work);
  const getCommit = inTransaction(hero);
  return {
    tasks: {
      "get-commit": getCommit,
      "get-close": async () => {
        let found;
        await db.transaction(async (tx) => {
          found = await hero(tx);
          tx.rollback();
        }).catch((error) => {
          if (!(error instanceof TransactionRollbackError)) throw error;
        });
        return found;
      },
      "get-autocommit": () => hero(db),
      "select-by-name": inTransaction(async (tx) => {
        return (await tx.select().from(heroes).where(eq(heroes.name, keys.heroName())))[0];
      }),
      "entities-1000": inTransaction((tx) => tx.select().from(heroes)),
      "users-with-toys": inTransaction(async (tx) => {
        const found = await tx.query.users.findMany({ with: { userToys: { with: { toy: true } } } });
        return found.map(({ userToys, ...user }) => ({ ...user, toys: userToys.map(({ toy }) => toy!) }));
      }),
      ...inAllSizes(
        "inserts",
        (count) => inTransaction((tx) => tx.insert(arrivals).values(newRows(count)).returning()),
      ),
      "inserts-1000-server-keys": inTransaction((tx) => tx.insert(notes).values(newRows(1_000)).returning()),
      "updates-1000": inTransaction(async (tx) => {
        const step = keys.step();
        const points = keys.heroes().map((_, number) => number + step);
        await tx.execute(sql`UPDATE heroes SET points = new.points
          FROM unnest(${sql.param([...keys.heroes()])}::uuid[], ${sql.param(points)}::integer[]) AS new(id, points)
          WHERE heroes.id = new.id`);
        return step;
      }),
      "delete": inTransaction(async (tx) => {
        const id = keys.note();
        await tx.select().from(notes).where(eq(notes.id, id));
        await tx.delete(notes).where(eq(notes.id, id));
        return id;
      }),
      "mixed": inTransaction(async (tx) => {
        const [user, note, step] = [keys.user(), keys.note(), keys.step()];
        await tx.select().from(users).where(eq(users.id, user));
        await tx.select().from(notes).where(eq(notes.id, note));
        const name = `new ${step}`;
        await tx.update(users).set({ name: `step ${step}` }).where(eq(users.id, user));
        const added = await tx.insert(toys).values([{ name }, { name }]).returning();
        await tx.insert(userToy).values(added.map(({ id }) => ({ userId: user, toyId: id })));
        await tx.delete(notes).where(eq(notes.id, note));
        return { user, note, step };
      }),
      "concurrent-64": () => Promise.all(Array.from({ length: 64 }, getCommit)),
      ...inAllSizes(
        "read",
        (count) => inTransaction((tx) => tx.select().from(samples).orderBy(samples.id).limit(count)),
      ),
    },
    close,
  };
}
