/**
 * TypeORM on npm pg: repositories, without a session.
 *
 * @module
 */
import { DataSource, type EntityManager, EntitySchema } from "typeorm";
import { type Contestant, inAllSizes, type Opened, type Settings } from "../contestant.ts";
import { keys, newRows } from "../rows.ts";

interface Named {
  id: string;
  name: string;
  createdAt: Date;
}
interface Scored extends Named {
  points: number;
}
interface Numbered extends Omit<Scored, "id"> {
  id: number;
}
interface UserWithToys extends Named {
  toys: Named[];
}

const columns = {
  id: { type: "uuid", primary: true, generated: "uuid" },
  name: { type: "text" },
  createdAt: { name: "created_at", type: "timestamptz", createDate: true },
} as const;
const points = { type: "integer" } as const;

const Hero = new EntitySchema<Scored>({ name: "Hero", tableName: "heroes", columns: { ...columns, points } });
const Arrival = new EntitySchema<Scored>({
  name: "Arrival",
  tableName: "arrivals",
  columns: { ...columns, id: { type: "uuid", primary: true }, points },
});
const Note = new EntitySchema<Numbered>({
  name: "Note",
  tableName: "notes",
  columns: { ...columns, id: { type: "integer", primary: true, generated: "increment" }, points },
});
const Sample = new EntitySchema<Omit<Numbered, "points">>({
  name: "Sample",
  tableName: "samples",
  columns: { ...columns, id: { type: "integer", primary: true } },
});
const Toy = new EntitySchema<Named>({
  name: "Toy",
  tableName: "toys",
  columns: { ...columns, id: { type: "uuid", primary: true } },
});
const User = new EntitySchema<UserWithToys>({
  name: "User",
  tableName: "users",
  columns: { ...columns, id: { type: "uuid", primary: true } },
  relations: {
    toys: {
      type: "many-to-many",
      target: "Toy",
      joinTable: { name: "user_toy", joinColumn: { name: "user_id" }, inverseJoinColumn: { name: "toy_id" } },
    },
  },
});

export const typeOrm: Contestant = {
  name: "TypeORM",
  packages: ["typeorm", "pg"],
  notes: [
    "inserts with insert() instead of save(), which first checks whether the rows exist",
    "updates objects loaded beforehand with save(), which reloads them (measured)",
  ],
  open,
};

async function open({ url, schema, connections }: Settings): Promise<Opened> {
  const entities = [Hero, Arrival, Note, Sample, Toy, User];
  const source = new DataSource({ type: "postgres", url, schema, entities, extra: { max: connections } });
  await source.initialize();
  let heroes: Scored[] = [];
  const inTransaction = (work: (manager: EntityManager) => Promise<unknown>) => () => source.transaction(work);
  const hero = (manager: EntityManager) => manager.findOneByOrFail(Hero, { id: keys.hero() });
  const getCommit = inTransaction(hero);
  return {
    tasks: {
      "get-commit": getCommit,
      "get-close": async () => {
        const runner = source.createQueryRunner();
        await runner.startTransaction();
        const found = await hero(runner.manager);
        await runner.rollbackTransaction();
        await runner.release();
        return found;
      },
      "get-autocommit": () => hero(source.manager),
      "select-by-name": inTransaction((manager) => manager.findOneByOrFail(Hero, { name: keys.heroName() })),
      "entities-1000": inTransaction((manager) => manager.find(Hero)),
      "users-with-toys": inTransaction((manager) => manager.find(User, { relations: { toys: true } })),
      ...inAllSizes("inserts", (count) =>
        inTransaction(async (manager) => {
          const rows = newRows(count).map((row) => manager.create(Arrival, { ...row, id: crypto.randomUUID() }));
          await manager.insert(Arrival, rows);
          return rows;
        })),
      "inserts-1000-server-keys": inTransaction(async (manager) => {
        const rows = newRows(1_000).map((row) => manager.create(Note, row));
        await manager.insert(Note, rows);
        return rows;
      }),
      "updates-1000": async () => {
        if (heroes.length === 0) heroes = await source.manager.find(Hero, { order: { id: "ASC" } });
        const step = keys.step();
        heroes.forEach((hero, number) => hero.points = number + step);
        await source.manager.save(Hero, heroes);
        return step;
      },
      "delete": inTransaction(async (manager) => {
        const note = await manager.findOneByOrFail(Note, { id: keys.note() });
        const { id } = note;
        await manager.remove(Note, note);
        return id;
      }),
      "mixed": inTransaction(async (manager) => {
        const user = await manager.findOneByOrFail(User, { id: keys.user() });
        const note = await manager.findOneByOrFail(Note, { id: keys.note() });
        const [step, { id }] = [keys.step(), note];
        const toys = [1, 2].map(() => manager.create(Toy, { id: crypto.randomUUID(), name: `new ${step}` }));
        await manager.insert(Toy, toys);
        await manager.update(User, user.id, { name: `step ${step}` });
        await manager.createQueryBuilder().relation(User, "toys").of(user).add(toys);
        await manager.remove(Note, note);
        return { user: user.id, note: id, step };
      }),
      "concurrent-64": () => Promise.all(Array.from({ length: 64 }, getCommit)),
      ...inAllSizes(
        "read",
        (count) => inTransaction((manager) => manager.find(Sample, { order: { id: "ASC" }, take: count })),
      ),
    },
    close: () => source.destroy(),
  };
}
