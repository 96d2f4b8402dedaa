/**
 * MikroORM on npm pg: a data mapper with identity map and unit of work.
 *
 * @module
 */
import { defineEntity, type EntityManager, MikroORM, p } from "@mikro-orm/postgresql";
import { type Contestant, inAllSizes, type Opened, type Settings } from "../contestant.ts";
import { keys, newRows, stream } from "../rows.ts";

const id = () => p.uuid().primary().onCreate(() => crypto.randomUUID());
const createdAt = () => p.datetime().defaultRaw("now()");

const Hero = defineEntity({
  name: "Hero",
  tableName: "heroes",
  properties: { id: id(), name: p.text(), points: p.integer(), createdAt: createdAt() },
});
const Arrival = defineEntity({
  name: "Arrival",
  tableName: "arrivals",
  properties: { id: id(), name: p.text(), points: p.integer(), createdAt: createdAt() },
});
const Note = defineEntity({
  name: "Note",
  tableName: "notes",
  properties: {
    id: p.integer().primary().autoincrement(),
    name: p.text(),
    points: p.integer(),
    createdAt: createdAt(),
  },
});
const Sample = defineEntity({
  name: "Sample",
  tableName: "samples",
  properties: { id: p.integer().primary(), name: p.text(), createdAt: createdAt() },
});
const Toy = defineEntity({
  name: "Toy",
  tableName: "toys",
  properties: { id: id(), name: p.text(), createdAt: createdAt() },
});
const User = defineEntity({
  name: "User",
  tableName: "users",
  properties: {
    id: id(),
    name: p.text(),
    createdAt: createdAt(),
    toys: () => p.manyToMany(Toy).pivotTable("user_toy").joinColumn("user_id").inverseJoinColumn("toy_id"),
  },
});

export const mikroOrm: Contestant = {
  name: "MikroORM",
  packages: ["@mikro-orm/core", "@mikro-orm/postgresql", "pg"],
  notes: ["modifies objects loaded beforehand; loading them is not measured"],
  open,
};

async function open({ url, schema, connections }: Settings): Promise<Opened> {
  const orm = await MikroORM.init({
    entities: [Hero, Arrival, Note, Sample, Toy, User],
    clientUrl: url,
    schema,
    pool: { min: 0, max: connections },
    ensureDatabase: false,
  });
  /** Keeps its objects between calls. */
  const keeper = orm.em.fork();
  let heroes: { points: number }[] = [];
  const inTransaction = (work: (em: EntityManager) => Promise<unknown>) => async () => {
    const em = orm.em.fork();
    await em.begin();
    const result = await work(em);
    await em.commit();
    return result;
  };
  const getCommit = inTransaction((em) => em.findOneOrFail(Hero, keys.hero()));
  const insert = (count: number) =>
    inTransaction((em) => {
      const rows = newRows(count).map((row) => em.create(Arrival, row));
      em.persist(rows);
      return Promise.resolve(rows);
    });
  return {
    tasks: {
      "get-commit": getCommit,
      "get-close": async () => {
        const em = orm.em.fork();
        await em.begin();
        const hero = await em.findOneOrFail(Hero, keys.hero());
        await em.rollback();
        return hero;
      },
      "get-autocommit": () => orm.em.fork().findOneOrFail(Hero, keys.hero()),
      "identity-map": async () => {
        const id = keys.heroes()[0];
        let hero;
        for (let call = 0; call < 1_000; call++) hero = await keeper.findOneOrFail(Hero, id);
        return hero;
      },
      "select-by-name": inTransaction((em) => em.findOneOrFail(Hero, { name: keys.heroName() })),
      "entities-1000": inTransaction((em) => em.findAll(Hero)),
      "users-with-toys": inTransaction(async (em) => {
        const users = await em.findAll(User, { populate: ["toys"] });
        return users.map(({ id, name, createdAt, toys }) => ({
          id,
          name,
          createdAt,
          toys: toys.getItems().map(plain),
        }));
      }),
      ...inAllSizes("inserts", insert),
      "inserts-1000-server-keys": inTransaction((em) => {
        const rows = newRows(1_000).map((row) => em.create(Note, row));
        em.persist(rows);
        return Promise.resolve(rows);
      }),
      "updates-1000": async () => {
        if (heroes.length === 0) heroes = await keeper.findAll(Hero, { orderBy: { id: "asc" } });
        const step = keys.step();
        heroes.forEach((hero, number) => hero.points = number + step);
        await keeper.flush();
        return step;
      },
      "delete": inTransaction(async (em) => {
        const note = await em.findOneOrFail(Note, keys.note());
        em.remove(note);
        return note.id;
      }),
      "mixed": inTransaction(async (em) => {
        const user = await em.findOneOrFail(User, keys.user());
        const note = await em.findOneOrFail(Note, keys.note());
        const step = keys.step();
        user.name = `step ${step}`;
        user.toys.add(em.create(Toy, { name: `new ${step}` }), em.create(Toy, { name: `new ${step}` }));
        em.remove(note);
        return { user: user.id, note: note.id, step };
      }),
      "concurrent-64": () => Promise.all(Array.from({ length: 64 }, getCommit)),
      ...inAllSizes(
        "read",
        (count) => inTransaction((em) => em.findAll(Sample, { orderBy: { id: "asc" }, limit: count })),
      ),
      "stream": inTransaction(async (em) => {
        let [rows, sum] = [0, 0];
        for await (const { id } of em.stream(Sample, { chunkSize: stream.batch })) {
          rows++;
          sum += id;
        }
        return { rows, sum };
      }),
    },
    close: () => orm.close(),
  };
}

function plain({ id, name, createdAt }: { id: string; name: string; createdAt: Date }) {
  return { id, name, createdAt };
}
