import {
  type AnyModel,
  type Connection,
  type Engine,
  type IsolationLevel,
  Result,
  type SessionMaker,
  sessionmaker,
} from "../../lib/mod.ts";
import { interleave, type Script } from "../show/mod.ts";
import { type Exercise, exercise, notYet, pass, type Verdict } from "../exercise.ts";
import { sideBySide } from "./11/side_by_side.ts";
import { withCheckSchema } from "./check_schema.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "11.1",
    title: "A phantom",
    todo: 'Put a function in place of TODO: (level) => ({ steps: [["sandy", begin(level)], …] }).',
    hints: [
      "Take nonRepeatableRead of section 2 as a pattern: what does patrick have to do there instead of the UPDATE?",
      "Sandy begins with begin(level) and asks SELECT count(*) FROM toys, twice. In between patrick inserts a row.",
      "A statement of patrick's without BEGIN is committed at once: INSERT INTO toys VALUES (3, 'kite').",
    ],
    grade: (answer) => withCheckSchema((answer as Answer).url, (engine) => gradePhantom(engine, answer as Answer)),
  }),
  exercise({
    id: "11.2",
    title: "Withdraw",
    todo: "Put an async function in place of TODO: async (connection, id, shells) => … It returns true or false.",
    hints: [
      "Between a SELECT and an UPDATE another one can withdraw. Can one statement look and take?",
      "UPDATE accounts SET shells = shells - $2 WHERE id = $1 AND … : which condition is missing?",
      "The result of execute() has a rowCount: 1 when the row was found with enough shells, else 0.",
    ],
    grade: (answer) => withCheckSchema((answer as Answer).url, (engine) => gradeWithdraw(engine, answer as Answer)),
  }),
  exercise({
    id: "11.3",
    title: "Transfers in both directions",
    todo: "Put an async function in place of TODO: async (connection, from, to, shells) => { … }.",
    hints: [
      "Look at the two pictures of section 6: what is different in the second one?",
      "Both accounts change in any case. Change, or lock, the one with the smaller id first, whichever direction it is.",
      "const changes = [[from, -shells], [to, shells]].sort(([a], [b]) => a - b), and then an UPDATE for each of them.",
    ],
    grade: (answer) => withCheckSchema((answer as Answer).url, (engine) => gradeTransfer(engine, answer as Answer)),
  }),
  exercise({
    id: "11.4",
    title: "Two forms",
    todo: 'Put an async function in place of TODO: async (getSession, form) => … It returns "saved" or "conflict".',
    hints: [
      "What an object holds as its version is what its row must have: page.version = form.version says which one was shown.",
      "getSession.begin(async (session) => { … }) commits at the end. A row of another version is a StaleDataError there.",
      'try { … return "saved"; } catch (error) { if (error instanceof StaleDataError) return "conflict"; throw error; }',
    ],
    grade: (answer) => withCheckSchema((answer as Answer).url, (engine) => gradeSave(engine, answer as Answer)),
  }),
  exercise({
    id: "11.5",
    title: "Going home",
    todo: "Put an async function in place of TODO: async (getSession, name) => … It returns true or false.",
    hints: [
      "It is the write skew of section 4. Which level notices it? And what has to be done with the one that is refused?",
      'retry(getSession, async (session) => { … }, { isolationLevel: "SERIALIZABLE" }) does both.',
      "In it: read all guards that are on duty; return false if there are fewer than two; else set onDuty of the one to " +
      "false and return true.",
    ],
    grade: (answer) => withCheckSchema((answer as Answer).url, (engine) => gradeGoHome(engine, answer as Answer)),
  }),
];

export default exercises;

type Model = AnyModel & { new (values: never): object };
interface Answer {
  readonly url: string;
  readonly phantom: (level: IsolationLevel) => Script<Connection>;
  readonly withdraw: (connection: Connection, id: number, shells: number) => Promise<unknown>;
  readonly transfer: (connection: Connection, from: number, to: number, shells: number) => Promise<unknown>;
  readonly Page: Model;
  readonly save: (getSession: SessionMaker, form: { id: number; line: string; version: number }) => Promise<unknown>;
  readonly Guard: Model;
  readonly goHome: (getSession: SessionMaker, name: string) => Promise<unknown>;
}

const NO_FUNCTION = notYet("The answer is a function.");

async function gradePhantom(engine: Engine, { phantom }: Answer): Promise<Verdict> {
  if (typeof phantom !== "function") return NO_FUNCTION;
  for (const level of ["READ COMMITTED", "REPEATABLE READ"] as const) {
    await run(engine, "DROP TABLE IF EXISTS toys; CREATE TABLE toys (id integer, name text)");
    await run(engine, "INSERT INTO toys VALUES (1, 'car'), (2, 'boat')");
    const script = phantom(level);
    if (!Array.isArray(script?.steps)) return notYet("The function returns a script: { steps: [ … ] }.");
    const { steps } = await interleave(engine, script);
    const failed = steps.find(({ error }) => error);
    if (failed) return notYet(`At ${level} step ${failed.step} failed: ${failed.error!.message.split("\n")[0]}`);
    const answers = steps.flatMap(({ session, value }) =>
      session === "sandy" && value instanceof Result && value.columns.length > 0 ? [size(value)] : []
    );
    if (answers.length < 2) return notYet(`Sandy asks ${answers.length} time(s). She asks the same question twice.`);
    const [first, last] = [answers[0], answers.at(-1)!];
    if (level === "READ COMMITTED" && last <= first) {
      return notYet(
        `At READ COMMITTED sandy gets ${first}, then ${last}. Another session has to insert a row between her two ` +
          "questions, and to commit it.",
      );
    }
    if (level === "REPEATABLE READ" && last !== first) {
      return notYet(
        `At REPEATABLE READ sandy gets ${first}, then ${last}: no snapshot. Are both questions in one transaction that ` +
          "begins with begin(level)?",
      );
    }
  }
  return pass("A row more at READ COMMITTED, none at REPEATABLE READ: the snapshot keeps phantoms out, too.");
}

/** How many rows there are: also where they were counted by the server. */
function size(result: Result<unknown>): number {
  const rows = result.tuples().all();
  const [[only] = []] = rows;
  return rows.length === 1 && rows[0].length === 1 && /^(number|bigint)$/.test(typeof only)
    ? Number(only)
    : rows.length;
}

async function gradeWithdraw(engine: Engine, { withdraw }: Answer): Promise<Verdict> {
  if (typeof withdraw !== "function") return NO_FUNCTION;
  await makeAccounts(engine, 100, 30);
  const alone = await engine.begin((connection) => withdraw(connection, 2, 80));
  const [, left] = await shells(engine);
  if (alone !== false || left !== 30) {
    return notYet(
      `80 shells from an account with 30: it returned ${alone}, and ${left} are left. Expected: false, and 30.`,
    );
  }
  const take = (own: Engine) => own.begin((connection) => withdraw(connection, 1, 80));
  const both = await sideBySide(engine, take, take);
  const error = errorOf(both);
  if (error) return notYet(`With two at once one of them got ${error}. It has to return false.`);
  const paid = both.filter((each) => each.status === "fulfilled" && each.value === true).length;
  const [rest] = await shells(engine);
  if (paid === 1 && rest === 20) return pass("One of two got the shells, and the account knows it.");
  return notYet(
    `Two at once took 80 from 100 shells: ${paid} of them were told that it worked, and ${rest} shells are left. What one ` +
      "read was no longer true when it wrote.",
  );
}

async function gradeTransfer(engine: Engine, { transfer }: Answer): Promise<Verdict> {
  if (typeof transfer !== "function") return NO_FUNCTION;
  await makeAccounts(engine, 100, 100);
  await engine.begin((connection) => transfer(connection, 1, 2, 10));
  const moved = await shells(engine);
  if (moved.join() !== "90,110") {
    return notYet(`10 shells from account 1 to 2: they have ${moved.join(" and ")} then. Expected: 90 and 110.`);
  }
  const there = (own: Engine) => own.begin((connection) => transfer(connection, 1, 2, 10));
  const back = (own: Engine) => own.begin((connection) => transfer(connection, 2, 1, 5));
  for (const [first, second] of [[there, back], [back, there]] as const) {
    const error = errorOf(await sideBySide(engine, first, second));
    if (!error) continue;
    return notYet(
      `Two transfers in opposite directions ended in ${error}. Which account does each of them change first? It should ` +
        "not depend on the direction.",
    );
  }
  const end = await shells(engine);
  return end.join() === "80,120"
    ? pass("In both directions the same account comes first: the second transfer waits with empty hands.")
    : notYet(`After two more transfers each way they have ${end.join(" and ")}. Expected: 80 and 120.`);
}

async function gradeSave(engine: Engine, { Page, save }: Answer): Promise<Verdict> {
  if (typeof save !== "function") return NO_FUNCTION;
  await engine.begin((connection) => Page.table.metadata.createAll(connection));
  await run(engine, "INSERT INTO pages (id, line, version) VALUES (1, 'empty', 1)");
  const getSession = sessionmaker(engine);
  const tries = [
    { line: "by sandy", version: 1, expected: "saved", then: "by sandy" },
    { line: "by patrick", version: 1, expected: "conflict", then: "by sandy" },
    { line: "by patrick", version: 2, expected: "saved", then: "by patrick" },
  ];
  for (const { line, version, expected, then } of tries) {
    const said = await save(getSession, { id: 1, line, version });
    const [row] = await rows(engine, "SELECT line, version FROM pages");
    if (said === expected && row[0] === then) continue;
    const was = version === 1 && expected === "conflict"
      ? "the page had version 2 then"
      : "nobody had changed the page";
    return notYet(
      `The form "${line}" of version ${version}: ${was}; it returned ${JSON.stringify(said)}, and the page says ` +
        `"${row[0]}". Expected: "${expected}", and "${then}".`,
    );
  }
  const form = (line: string) => (own: Engine) => save(sessionmaker(own), { id: 1, line, version: 3 });
  const both = await sideBySide(engine, form("one"), form("two"));
  const error = errorOf(both);
  if (error) return notYet(`Of two forms at the same moment one got ${error}. It has to be told "conflict".`);
  const said = both.map((each) => each.status === "fulfilled" ? each.value : "").toSorted().join(" and ");
  if (said !== "conflict and saved") {
    return notYet(`Two forms of one version at the same moment: both were told ${said}.`);
  }
  return pass("What was shown is what must still be there, however long the form was open.");
}

async function gradeGoHome(engine: Engine, { Guard, goHome }: Answer): Promise<Verdict> {
  if (typeof goHome !== "function") return NO_FUNCTION;
  await engine.begin((connection) => Guard.table.metadata.createAll(connection));
  await run(engine, "INSERT INTO guards (name, on_duty) VALUES ('sandy', true), ('patrick', true)");
  const leave = (name: string) => (own: Engine) => goHome(sessionmaker(own), name);
  const both = await sideBySide(engine, leave("sandy"), leave("patrick"));
  const error = errorOf(both);
  if (error) return notYet(`Two at once: one of them got ${error}. Nothing is wrong with it; it has to be run again.`);
  const left = both.filter((each) => each.status === "fulfilled" && each.value === true).length;
  const onDuty = await rows(engine, "SELECT name FROM guards WHERE on_duty");
  if (left !== 1 || onDuty.length !== 1) {
    return notYet(
      `Two at once: ${left} were told that they may leave, and ${onDuty.length} are on duty. Expected: one and one. Does the ` +
        "level promise that it is as if one came after the other?",
    );
  }
  const [[last]] = onDuty;
  const alone = await goHome(sessionmaker(engine), String(last));
  if (alone !== false || (await rows(engine, "SELECT FROM guards WHERE on_duty")).length !== 1) {
    return notYet(`The last guard asked, too: it returned ${alone}. Expected: false, and nobody leaves.`);
  }
  return pass("One leaves and one stays, and neither of them noticed that it was tried twice.");
}

async function makeAccounts(engine: Engine, first: number, second: number): Promise<void> {
  await run(engine, "CREATE TABLE accounts (id integer PRIMARY KEY, shells integer NOT NULL)");
  await run(engine, `INSERT INTO accounts VALUES (1, ${first}), (2, ${second})`);
}

async function shells(engine: Engine): Promise<number[]> {
  return (await rows(engine, "SELECT shells FROM accounts ORDER BY id")).map(([each]) => Number(each));
}

async function run(engine: Engine, sql: string): Promise<void> {
  await engine.begin((connection) => connection.execute(sql));
}

async function rows(engine: Engine, sql: string): Promise<unknown[][]> {
  return await engine.begin(async (connection) => (await connection.execute(sql)).tuples().all());
}

/** The first error of several works, in a line. */
function errorOf(settled: readonly PromiseSettledResult<unknown>[]): string | undefined {
  const rejected = settled.find((each) => each.status === "rejected");
  const error = rejected?.reason as Error | undefined;
  return error && `${error.name} (${error.message.split("\n")[0]})`;
}
