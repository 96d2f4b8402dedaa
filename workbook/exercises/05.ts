import {
  createEngine,
  declarativeBase,
  identity,
  integer,
  manyToOne,
  oneToMany,
  type Related,
  select,
  selectinload,
  type Session,
  text,
} from "../../lib/mod.ts";
import { type Exercise, exercise, notYet, pass, type Verdict } from "../exercise.ts";
import { isSame, notSame } from "./not_same.ts";
import { rowsOf, runAndListen, type Select } from "./selects.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "05.1",
    title: "Count the SELECTs",
    todo: "Put a number in place of TODO.",
    hints: [
      "One for the users, and one for each selectinload() whose rows are not in the identity map yet.",
      "toys.user leads back to users, and get() asks for teams: which of these are already in the identity map?",
    ],
    grade: (answer) => gradeSelects(answer as { selects: number; url: string }),
  }),
  exercise({
    id: "05.2",
    title: "Fix it",
    todo: "Put an async function in place of TODO: async (session) => { … }.",
    hints: [
      "Load teams with their members, and the members with their toys: one statement with options().",
      'selectinload("members", selectinload("toys")) loads both. A loaded collection has a size and is iterable.',
      "Collections are ordered by key. Sort the members by name: [...team.members].sort((a, b) => …).",
    ],
    grade: (answer) => gradeRoster(answer as { roster: Roster; url: string }),
  }),
  exercise({
    id: "05.3",
    title: "A page in one SELECT",
    todo: "Put an async function in place of TODO: async (session, size) => { … }.",
    hints: [
      "One SELECT for objects and a collection: joinedload(). A limit counts users, not rows.",
      "orderBy, limit and options on select(User); what requires unique() before all()?",
    ],
    grade: (answer) => gradePage(answer as { firstPage: FirstPage; url: string }),
  }),
  exercise({
    id: "05.4",
    title: "Three relations at once",
    todo: "Put an async function in place of TODO: async (session) => { … }.",
    hints: [
      "How many rows come back when toys and letters of one user are joined side by side?",
      "A single object per user can be joined without duplicating rows. Load each of the two collections with its own SELECT.",
    ],
    grade: (answer) => gradeEverything(answer as { everything: Everything; url: string }),
  }),
  exercise({
    id: "05.5",
    title: "Let the server count",
    todo: "Put an async function in place of TODO: async (session) => { … }.",
    hints: [
      "Section 5 has such a query. Counting toys does not require sending them.",
      'leftJoin keeps users without toys; eb.fn.count("toys.id") counts zero for them, countAll() would count one.',
      "(await session.execute(query)).tuples().all() returns arrays. PostgreSQL's count is a bigint: sql<number>`count(toys.id)::int` is a number.",
    ],
    grade: (answer) => gradeCounts(answer as { toyCounts: ToyCounts; url: string }),
  }),
];

export default exercises;

const { model } = declarativeBase();

class Team extends model("teams", { id: identity().primaryKey(), name: text() }) {
  declare members: Related<User>;
  static relations = { members: oneToMany(() => User) };
}
class User extends model("users", {
  id: identity().primaryKey(),
  name: text(),
  about: text(),
  teamId: integer().references(() => Team),
}) {
  declare team: Team;
  declare toys: Related<Toy>;
  static relations = { team: manyToOne(() => Team), toys: oneToMany(() => Toy) };
}
class Toy
  extends model("toys", { id: identity().primaryKey(), name: text(), userId: integer().references(() => User) }) {
  declare user: User;
  static relations = { user: manyToOne(() => User) };
}

/** Runs the answer in its own session, and returns the SELECTs sent. */
type Run = <T>(work: (session: Session) => T | Promise<T>) => Promise<{ value: T; selects: Select[] }>;

/**
 * Creates temporary tables that hide the learner's own rows: three teams, one of them empty; five users, one without
 * toys.
 */
async function onStage(url: string, grade: (run: Run) => Promise<Verdict>): Promise<Verdict> {
  // one connection: temporary tables are private to it
  await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0, poolTimeout: 5000 });
  await engine.begin((connection) =>
    connection.execute(`
      CREATE TEMPORARY TABLE teams (LIKE teams INCLUDING ALL);
      CREATE TEMPORARY TABLE users (LIKE users INCLUDING ALL);
      CREATE TEMPORARY TABLE toys (LIKE toys INCLUDING ALL);
      CREATE TEMPORARY TABLE letters (LIKE letters INCLUDING ALL);
      INSERT INTO teams (id, name) VALUES (1, 'stars'), (2, 'nobody yet'), (3, 'crabs');
      INSERT INTO users (id, name, about, team_id) VALUES
        (1, 'squidward', '', 3), (2, 'patrick', '', 1), (3, 'sandy', '', 1), (4, 'gary', '', 1), (5, 'pearl', '', 3);
      INSERT INTO toys (id, name, user_id) VALUES
        (1, 'clarinet', 1), (2, 'rock', 2), (3, 'kite', 3), (4, 'rocket', 3), (5, 'car', 3), (6, 'phone', 5);
      INSERT INTO letters (id, line, user_id) SELECT n, 'dear sandy', 3 FROM generate_series(1, 8) AS n;
      INSERT INTO letters (id, line, user_id) VALUES (9, 'dear squidward', 1)`)
  );
  return await grade((work) => runAndListen(engine, work));
}

function gradeSelects({ selects: said, url }: { selects: number; url: string }): Promise<Verdict> | Verdict {
  if (typeof said !== "number") return notYet("The answer must be a number.");
  return onStage(url, async (run) => {
    const { selects } = await run(async (session) => {
      const statement = select(User).options(selectinload("team"), selectinload("toys", selectinload("user")));
      for (const user of await session.scalars(statement)) await session.get(Team, user.teamId);
    });
    if (said === selects.length) {
      return pass("Users, their teams, their toys. Everything else was in the identity map.");
    }
    return notYet(
      said > selects.length
        ? `It sends fewer than ${said}: objects in the session are not loaded again.`
        : `It sends more than ${said}: each relation whose rows are not loaded yet costs one SELECT.`,
    );
  });
}

type Roster = (session: Session) => Promise<string[]>;

function gradeRoster({ roster, url }: { roster: Roster; url: string }): Promise<Verdict> | Verdict {
  if (typeof roster !== "function") return notYet("The answer must be an async function.");
  return onStage(url, async (run) => {
    const { value, selects } = await run(roster);
    const wanted = [
      "crabs: pearl has 1 toys",
      "crabs: squidward has 1 toys",
      "stars: gary has 0 toys",
      "stars: patrick has 1 toys",
      "stars: sandy has 3 toys",
    ];
    if (!isSame(value, wanted)) return notYet(notSame("The lines", value, wanted));
    if (rowsOf(selects) === 0) return notYet("The lines are right, but the server sent none of them.");
    if (selects.length <= 3) {
      return pass(`The same lines with ${selects.length} SELECTs, however many teams there are.`);
    }
    return notYet(`The lines are right, but it took ${selects.length} SELECTs; three are enough.`);
  });
}

interface WithToys {
  readonly name: string;
  readonly toys: Iterable<{ readonly name: string }>;
}
type FirstPage = (session: Session, size: number) => Promise<readonly WithToys[]>;

function gradePage({ firstPage, url }: { firstPage: FirstPage; url: string }): Promise<Verdict> | Verdict {
  if (typeof firstPage !== "function") return notYet("The answer must be an async function.");
  return onStage(url, async (run) => {
    const { value, selects } = await run(async (session) => {
      const users = await firstPage(session, 3);
      return Array.isArray(users) ? users.map(({ name, toys }) => `${name} ${[...toys].length}`) : users;
    });
    const wanted = ["gary 0", "patrick 1", "pearl 1"];
    if (!isSame(value, wanted)) return notYet(notSame("The first three with the number of their toys", value, wanted));
    const { value: all } = await run(async (session) => [...await firstPage(session, 9)].map(({ name }) => name));
    const names = ["gary", "patrick", "pearl", "sandy", "squidward"];
    if (!isSame(all, names)) return notYet(notSame("The names on a page of nine", all, names));
    if (selects.length !== 1) return notYet(`The page is right, but it took ${selects.length} SELECTs; one is enough.`);
    const rows = rowsOf(selects);
    if (rows < wanted.length) return notYet(`The page is right, but the server sent ${rows} rows of it.`);
    if (rows > wanted.length) {
      return notYet(`The page is right, but the server sent ${rows} rows: all users, to show three. Use limit().`);
    }
    return pass("One SELECT: the limit applies to users, and each has all their toys.");
  });
}

interface WithAll extends WithToys {
  readonly team: { readonly name: string } | null;
  readonly letters: Iterable<unknown>;
}
type Everything = (session: Session) => Promise<readonly WithAll[]>;

function gradeEverything({ everything, url }: { everything: Everything; url: string }): Promise<Verdict> | Verdict {
  if (typeof everything !== "function") return notYet("The answer must be an async function.");
  return onStage(url, async (run) => {
    const { value, selects } = await run(async (session) => {
      const users = await everything(session);
      const line = ({ name, team, toys, letters }: WithAll) =>
        `${name}, ${team?.name}: ${[...toys].length} toys, ${[...letters].length} letters`;
      return Array.isArray(users) ? users.map(line).sort() : users;
    });
    const wanted = [
      "gary, stars: 0 toys, 0 letters",
      "patrick, stars: 1 toys, 0 letters",
      "pearl, crabs: 1 toys, 0 letters",
      "sandy, stars: 3 toys, 8 letters",
      "squidward, crabs: 1 toys, 1 letters",
    ];
    if (!isSame(value, wanted)) return notYet(notSame("The result", value, wanted));
    const rows = rowsOf(selects);
    if (selects.length > 3) {
      return notYet(
        `All data were loaded, but with ${selects.length} SELECTs. Three are enough: which relation can be joined?`,
      );
    }
    if (rows === 0) return notYet("The data are right, but the server sent none of them.");
    // 5 users, 6 toys, 9 letters
    if (rows > 20) {
      return notYet(
        `All data were loaded, but in ${rows} rows: each of sandy's three toys with each of her eight letters.`,
      );
    }
    return pass(`${selects.length} SELECTs and ${rows} rows: no duplicated rows.`);
  });
}

type ToyCounts = (session: Session) => Promise<readonly (readonly [name: string, toys: number])[]>;

function gradeCounts({ toyCounts, url }: { toyCounts: ToyCounts; url: string }): Promise<Verdict> | Verdict {
  if (typeof toyCounts !== "function") return notYet("The answer must be an async function.");
  return onStage(url, async (run) => {
    const { value, selects } = await run(async (session) => {
      const counts = await toyCounts(session);
      return Array.isArray(counts) ? counts.map((each) => Deno.inspect(each)) : counts;
    });
    const wanted = ['[ "gary", 0 ]', '[ "patrick", 1 ]', '[ "pearl", 1 ]', '[ "sandy", 3 ]', '[ "squidward", 1 ]'];
    if (!isSame(value, wanted)) {
      const why = String(value).includes("0n") ? " 0n is a bigint, like PostgreSQL's count; expected numbers." : "";
      return notYet(notSame("Users, formatted as strings", value, wanted) + why);
    }
    if (selects.length !== 1) {
      return notYet(`The numbers are right, but took ${selects.length} SELECTs; one is enough.`);
    }
    const rows = rowsOf(selects);
    if (rows < wanted.length) return notYet(`The numbers are right, but the server sent ${rows} of the rows.`);
    if (rows > wanted.length) {
      return notYet(
        `The numbers are right, but the server sent ${rows} rows for ${wanted.length} users. Let the server count.`,
      );
    }
    return pass(`The server counted: ${selects[0].sql}`);
  });
}
