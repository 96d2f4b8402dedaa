import {
  createEngine,
  declarativeBase,
  identity,
  MultipleResultsFound,
  select,
  type Session,
  text,
} from "../../lib/mod.ts";
import { type Exercise, exercise, notYet, pass, type Verdict } from "../exercise.ts";
import { isSame, notSame } from "./not_same.ts";
import { rowsOf, runAndListen, type Select } from "./selects.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "04.1",
    title: "Count the SELECTs",
    todo: "Put a number in place of TODO.",
    hints: [
      "A select() is sent every time. get() checks the identity map first.",
      "Is sandy in the identity map after the first line? Is a hero that does not exist in it, after the first get(Hero, 99)?",
    ],
    grade: (answer) => gradeSelects(answer as { selects: number; url: string }),
  }),
  exercise({
    id: "04.2",
    title: "One hero, none, or an error",
    todo: "Put an async function in place of TODO: async (session, name) => { … }.",
    hints: [
      "Look at the table of section 4: which method returns null for no row and throws for two?",
      "The methods belong to the result: (await session.execute(statement)).scalarOneOrNone().",
    ],
    grade: (answer) => gradeFindHero(answer as { findHero: FindHero; url: string }),
  }),
  exercise({
    id: "04.3",
    title: "Only the names",
    todo: "Put an async function in place of TODO: async (session, appSrc) => { … }.",
    hints: [
      'select(Hero).columns("name") reads one column; where() and orderBy() may follow.',
      "session.scalars(statement) returns the first column of every row; all() collects an array.",
    ],
    grade: (answer) => gradeNamesOf(answer as { namesOf: NamesOf; url: string }),
  }),
  exercise({
    id: "04.4",
    title: "The next page",
    todo: "Put an async function in place of TODO: async (session, last, size) => { … }.",
    hints: [
      "Section 7 uses keyset pagination: a condition on the id instead of an offset.",
      'select(Hero).where("id", ">", last), then sort, then limit(size). Return an array: scalars() and all().',
    ],
    grade: (answer) => gradeNextPage(answer as { nextPage: NextPage; url: string }),
  }),
  exercise({
    id: "04.5",
    title: "Let the server count",
    todo: "Put an async function in place of TODO: async (session) => { … }.",
    hints: [
      "Begin as section 8 does: db.selectFrom(…), groupBy and orderBy. A condition on a group is HAVING, in Kysely having().",
      'where("app_src", "is not", null) excludes heroes without an application.',
      'having((eb) => eb.fn.countAll(), ">=", 2). With select("app_src") alone, (await session.scalars(query)).all() is the array.',
    ],
    grade: (answer) => gradeBusyApps(answer as { busyApps: BusyApps; url: string }),
  }),
];

export default exercises;

class Hero extends declarativeBase().model("heroes", {
  id: identity().primaryKey(),
  name: text(),
  appSrc: text().nullable(),
}) {}

type HeroRow = readonly [id: number, name: string, appSrc: string | null];
/** Test environment of a grader: a table of heroes of its own. */
interface Stage {
  /** Runs the answer in its own session, and returns the SELECTs sent. */
  run<T>(work: (session: Session) => T | Promise<T>): Promise<{ value: T; selects: Select[] }>;
  /** Runs a statement outside the answer's session. */
  execute(sql: string): Promise<void>;
}

/** Creates a temporary table that hides the learner's own heroes, which stay unchanged. */
async function onStage(
  url: string,
  heroes: readonly HeroRow[],
  grade: (stage: Stage) => Promise<Verdict>,
): Promise<Verdict> {
  // one connection: temporary tables are private to it
  await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0, poolTimeout: 5000 });
  await engine.begin(async (connection) => {
    await connection.execute("CREATE TEMPORARY TABLE heroes (LIKE heroes INCLUDING ALL)");
    for (const hero of heroes) {
      await connection.execute("INSERT INTO heroes (id, name, app_src) VALUES ($1, $2, $3)", hero);
    }
  });
  return await grade({
    run: (work) => runAndListen(engine, work),
    execute: (sql) => engine.begin(async (connection) => void await connection.execute(sql)),
  });
}

function gradeSelects({ selects: said, url }: { selects: number; url: string }): Promise<Verdict> | Verdict {
  if (typeof said !== "number") return notYet("The answer must be a number.");
  return onStage(url, [[1, "spongebob", "async_app"], [2, "sandy", "async_app"]], async (stage) => {
    const { selects } = await stage.run(async (session) => {
      const sandy = await session.scalar(select(Hero).where("name", "=", "sandy"));
      await session.get(Hero, sandy!.id);
      (await session.execute(select(Hero).where("name", "=", "sandy"))).scalarOneOrNone();
      await session.get(Hero, 99);
      await session.get(Hero, 99);
    });
    if (said === selects.length) return pass("Only get() of a hero in the identity map sends nothing.");
    return notYet(
      said > selects.length
        ? `It sends fewer than ${said}: one of these lines finds its hero in the identity map.`
        : `It sends more than ${said}: a select() is always sent, and missing rows are not cached.`,
    );
  });
}

type FindHero = (session: Session, name: string) => Promise<{ readonly name: string } | null>;

function gradeFindHero({ findHero, url }: { findHero: FindHero; url: string }): Promise<Verdict> | Verdict {
  if (typeof findHero !== "function") return notYet("The answer must be an async function.");
  const heroes: HeroRow[] = [
    [1, "spongebob", "async_app"],
    [2, "sandy", "async_app"],
    [3, "patrick", "sync_app"],
    [4, "sandy", "import"],
  ];
  return onStage(url, heroes, async (stage) => {
    const one = await stage.run((session) => findHero(session, "patrick"));
    if (one.value?.name !== "patrick") {
      return notYet(`For "patrick", which is unique, the function returned ${Deno.inspect(one.value)}.`);
    }
    const read = rowsOf(one.selects);
    if (read === 0) return notYet('"patrick" was returned, but the server was not asked for him.');
    if (read > 1) {
      return notYet(`For "patrick" the server sent ${read} rows. Filter by name in where().`);
    }
    const nobody = await stage.run((session) => findHero(session, "nobody").catch((error: Error) => error));
    if (nobody.value instanceof Error) {
      return notYet(`For "nobody" the function failed with ${nobody.value.name}; expected null.`);
    }
    if (nobody.value !== null) {
      return notYet(`For "nobody" the function returned ${Deno.inspect(nobody.value)}; expected null.`);
    }
    const pattern = await stage.run((session) => findHero(session, "p%").catch((error: Error) => error));
    if (pattern.value !== null) return notYet('No hero is named "p%", but one was found: compare with "=".');
    const two = await stage.run((session) => findHero(session, "sandy").catch((error: unknown) => ({ error })));
    if (two.value === null || !("error" in two.value)) {
      return notYet(
        "There are two heroes named sandy, but the function returned one as if it were unique.",
      );
    }
    const { error } = two.value;
    if (!(error instanceof MultipleResultsFound)) {
      return notYet(`For two heroes named sandy the error was ${error}; expected the result's MultipleResultsFound.`);
    }
    return pass("A hero, null, or MultipleResultsFound: an ambiguous name is never resolved silently.");
  });
}

type NamesOf = (session: Session, appSrc: string) => Promise<string[]>;

function gradeNamesOf({ namesOf, url }: { namesOf: NamesOf; url: string }): Promise<Verdict> | Verdict {
  if (typeof namesOf !== "function") return notYet("The answer must be an async function.");
  const heroes: HeroRow[] = [
    [1, "spongebob", "async_app"],
    [2, "patrick", "sync_app"],
    [3, "sandy", "async_app"],
    [4, "gary", null],
    [5, "mr. krabs", "async_app"],
  ];
  return onStage(url, heroes, async (stage) => {
    const { value, selects } = await stage.run((session) => namesOf(session, "async_app"));
    const wanted = ["mr. krabs", "sandy", "spongebob"];
    if (!isSame(value, wanted)) return notYet(notSame('For "async_app"', value, wanted));
    const other = await stage.run((session) => namesOf(session, "sync_app"));
    if (!isSame(other.value, ["patrick"])) return notYet(notSame('For "sync_app"', other.value, ["patrick"]));
    if (selects.length !== 1) {
      return notYet(`The names are right, but it took ${selects.length} SELECTs; one is enough.`);
    }
    if (rowsOf(selects) > wanted.length) {
      return notYet(`The names are right, but the server sent ${rowsOf(selects)} rows for ${wanted.length} names.`);
    }
    const chosen = selects[0].sql.replace(/\sfrom\s.*/is, "");
    if (/[*,]/.test(chosen)) {
      return notYet(`The names are right, but more columns were read: ${chosen} … Select them with columns().`);
    }
    return pass(`One statement, one column: ${selects[0].sql}`);
  });
}

type NextPage = (session: Session, last: number, size: number) => Promise<readonly { readonly id: number }[]>;

function gradeNextPage({ nextPage, url }: { nextPage: NextPage; url: string }): Promise<Verdict> | Verdict {
  if (typeof nextPage !== "function") return notYet("The answer must be an async function.");
  // not ordered by id, so that a missing ORDER BY is detected
  const heroes = [6, 2, 7, 1, 5, 3, 4].map((id): HeroRow => [id, `hero ${id}`, "async_app"]);
  return onStage(url, heroes, async (stage) => {
    const steps: [what: string, last: number, wanted: number[]][] = [
      ["The first page of 3", 0, [1, 2, 3]],
      ["Hero 2 was deleted. The page after hero 3", 3, [4, 5, 6]],
      ["The page after hero 6", 6, [7]],
      ["The page after hero 7, the last one,", 7, []],
      ["Hero 5 was deleted, too. The page after hero 3", 3, [4, 6, 7]],
    ];
    for (const [what, last, wanted] of steps) {
      const { value, selects } = await stage.run((session) => nextPage(session, last, 3));
      const ids = Array.isArray(value) ? value.map((hero) => hero?.id) : value;
      if (!isSame(ids, wanted)) return notYet(notSame(`${what}: the ids`, ids, wanted));
      if (rowsOf(selects) < wanted.length) return notYet(`${what} is right, but the server did not send these heroes.`);
      if (rowsOf(selects) > 3) {
        return notYet(`${what} is right, but the server sent ${rowsOf(selects)} rows. Use limit().`);
      }
      if (last === 0) await stage.execute("DELETE FROM heroes WHERE id = 2");
      if (last === 7) await stage.execute("DELETE FROM heroes WHERE id = 5");
    }
    return pass("Every hero is on exactly one page, although two were deleted meanwhile.");
  });
}

type BusyApps = (session: Session) => Promise<string[]>;

function gradeBusyApps({ busyApps, url }: { busyApps: BusyApps; url: string }): Promise<Verdict> | Verdict {
  if (typeof busyApps !== "function") return notYet("The answer must be an async function.");
  const apps = ["sync_app", "import", "async_app", null, "sync_app", "async_app", null, "sync_app"];
  const heroes = apps.map((app, index): HeroRow => [index + 1, `hero ${index + 1}`, app]);
  return onStage(url, heroes, async (stage) => {
    const { value, selects } = await stage.run((session) => busyApps(session));
    if (selects.length === 0) {
      return notYet("The session sent no SELECT. Pass the query to session.execute() or session.scalars().");
    }
    const found = Array.isArray(value) ? value as unknown[] : [];
    if (found.includes(null)) return notYet("null is in the array: two heroes have no application. Exclude them.");
    if (found.includes("import")) return notYet('"import" is in the array, but it has only one hero.');
    const wanted = ["async_app", "sync_app"];
    if (!isSame(value, wanted)) return notYet(notSame("The applications", value, wanted));
    if (rowsOf(selects) > wanted.length + 2) {
      return notYet(
        `The array is right, but the server sent ${rowsOf(selects)} rows, one for each hero. ` +
          "Let it count: groupBy() and having().",
      );
    }
    await stage.execute("INSERT INTO heroes (id, name, app_src) VALUES (9, 'hero 9', 'import')");
    const again = await stage.run((session) => busyApps(session));
    const three = ["async_app", "import", "sync_app"];
    if (!isSame(again.value, three)) return notYet(notSame("With a second hero of import", again.value, three));
    return pass(`The server counted: ${selects[0].sql}`);
  });
}
