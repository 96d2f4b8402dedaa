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
import { anyNumber } from "./unguessable.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "11.1",
    title: "A phantom",
    todo: 'Put a function in place of TODO: (level) => ({ steps: [["sandy", begin(level)], …] }).',
    hints: [
      "Start from nonRepeatableRead in section 2: what must patrick do instead of the UPDATE?",
      "Sandy starts with begin(level) and runs SELECT count(*) FROM toys twice. In between, patrick inserts a row.",
      "Without BEGIN, patrick's statement is committed immediately: INSERT INTO toys VALUES (3, 'kite').",
    ],
    grade: (answer) => withCheckSchema((answer as Answer).url, (engine) => gradePhantom(engine, answer as Answer)),
  }),
  exercise({
    id: "11.2",
    title: "Withdraw",
    todo: "Put an async function in place of TODO: async (connection, id, shells) => … It returns true or false.",
    hints: [
      "Between a SELECT and an UPDATE, another session can withdraw. Can a single statement check and update?",
      "UPDATE accounts SET shells = shells - $2 WHERE id = $1 AND … : which condition is missing?",
      "The result of execute() has a rowCount: 1 if a row with enough shells was found, otherwise 0.",
    ],
    grade: (answer) => withCheckSchema((answer as Answer).url, (engine) => gradeWithdraw(engine, answer as Answer)),
  }),
  exercise({
    id: "11.3",
    title: "Transfers in both directions",
    todo: "Put an async function in place of TODO: async (connection, from, to, shells) => { … }.",
    hints: [
      "Look at the two pictures of section 6: what differs in the second one?",
      "Both accounts change in any case. Update, or lock, the one with the smaller id first, regardless of direction.",
      "const changes = [[from, -shells], [to, shells]].sort(([a], [b]) => a - b), and then an UPDATE for each of them.",
    ],
    grade: (answer) => withCheckSchema((answer as Answer).url, (engine) => gradeTransfer(engine, answer as Answer)),
  }),
  exercise({
    id: "11.4",
    title: "Two forms",
    todo: 'Put an async function in place of TODO: async (getSession, form) => … It returns "saved" or "conflict".',
    hints: [
      "The UPDATE requires the row to have the object's version: page.version = form.version sets the version that was shown.",
      "getSession.begin(async (session) => { … }) commits at the end, and throws a StaleDataError if the row has another version.",
      'try { … return "saved"; } catch (error) { if (error instanceof StaleDataError) return "conflict"; throw error; }',
    ],
    grade: (answer) => withCheckSchema((answer as Answer).url, (engine) => gradeSave(engine, answer as Answer)),
  }),
  exercise({
    id: "11.5",
    title: "Going home",
    todo: "Put an async function in place of TODO: async (getSession, name) => … It returns true or false.",
    hints: [
      "This is the write skew of section 4. Which isolation level detects it? And what must be done with the transaction that fails?",
      'retry(getSession, async (session) => { … }, { isolationLevel: "SERIALIZABLE" }) does both.',
      "In it: read all guards on duty; return false if there are fewer than two; otherwise set onDuty of the given guard to " +
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

const NO_FUNCTION = notYet("The answer must be a function.");

async function gradePhantom(engine: Engine, { phantom }: Answer): Promise<Verdict> {
  if (typeof phantom !== "function") return NO_FUNCTION;
  for (const level of ["READ COMMITTED", "REPEATABLE READ"] as const) {
    await run(engine, "DROP TABLE IF EXISTS toys; CREATE TABLE toys (id integer, name text)");
    await run(engine, "INSERT INTO toys VALUES (1, 'car'), (2, 'boat')");
    const script = phantom(level);
    if (!Array.isArray(script?.steps)) return notYet("The function must return a script: { steps: [ … ] }.");
    const asked = new Set(
      script.steps.flatMap(([session, sql]) => session === "sandy" && /^\s*select/i.test(sql) ? [sql] : []),
    );
    if (asked.size > 1) return notYet("Sandy sends two different queries. She must send the same query twice.");
    const { steps } = await interleave(engine, script);
    const failed = steps.find(({ error }) => error);
    if (failed) return notYet(`At ${level} step ${failed.step} failed: ${failed.error!.message.split("\n")[0]}`);
    const answers = steps.flatMap(({ session, value }) =>
      session === "sandy" && value instanceof Result && value.columns.length > 0 ? [size(value)] : []
    );
    if (answers.length < 2) {
      return notYet(`Sandy sends ${answers.length} query(s). She must send the same query twice.`);
    }
    const [first, last] = [answers[0], answers.at(-1)!];
    const [[rowsAfter]] = await rows(engine, "SELECT count(*)::integer FROM toys");
    if (rowsAfter === 2) return notYet(`At ${level} nobody has inserted a toy: the table still has two.`);
    if (level === "READ COMMITTED" && last <= first) {
      return notYet(
        `At READ COMMITTED sandy gets ${first}, then ${last}. Another session must insert and commit a row between her two ` +
          "queries.",
      );
    }
    if (level === "REPEATABLE READ" && last !== first) {
      return notYet(
        `At REPEATABLE READ sandy gets ${first}, then ${last}: no snapshot. Are both queries in one transaction that ` +
          "starts with begin(level)?",
      );
    }
  }
  return pass("One more row at READ COMMITTED, none at REPEATABLE READ: the snapshot also prevents phantoms.");
}

/** Returns the number of rows, including a count computed by the server. */
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
      `Withdrawing 80 shells from an account with 30 returned ${alone}, and ${left} are left. Expected: false, and 30.`,
    );
  }
  const take = (own: Engine) => own.begin((connection) => withdraw(connection, 1, 80));
  const both = await sideBySide(engine, take, take);
  const error = errorOf(both);
  if (error) return notYet(`With two concurrent withdrawals one failed with ${error}. It must return false.`);
  const paid = both.filter((each) => each.status === "fulfilled" && each.value === true).length;
  const [rest] = await shells(engine);
  if (paid !== 1 || rest !== 20) {
    return notYet(
      `Two concurrent withdrawals of 80 from 100 shells: ${paid} reported success, and ${rest} shells are left. The value one ` +
        "read was outdated when it wrote.",
    );
  }
  const few = anyNumber(1, 19);
  const again = await engine.begin((connection) => withdraw(connection, 1, few));
  const [end] = await shells(engine);
  return again === true && end === 20 - few
    ? pass("One of the two got the shells, and the balance is correct.")
    : notYet(`Then ${few} of the 20 shells were to be taken: it returned ${again}, and ${end} are left.`);
}

async function gradeTransfer(engine: Engine, { transfer }: Answer): Promise<Verdict> {
  if (typeof transfer !== "function") return NO_FUNCTION;
  await makeAccounts(engine, 100, 100);
  await engine.begin((connection) => transfer(connection, 1, 2, 10));
  const moved = await shells(engine);
  if (moved.join() !== "90,110") {
    return notYet(
      `After moving 10 shells from account 1 to 2, they have ${moved.join(" and ")}. Expected: 90 and 110.`,
    );
  }
  const there = (own: Engine) => own.begin((connection) => transfer(connection, 1, 2, 10));
  const back = (own: Engine) => own.begin((connection) => transfer(connection, 2, 1, 5));
  for (const [first, second] of [[there, back], [back, there]] as const) {
    const error = errorOf(await sideBySide(engine, first, second));
    if (!error) continue;
    return notYet(
      `Two transfers in opposite directions ended in ${error}. Which account does each change first? It should ` +
        "not depend on the direction.",
    );
  }
  const end = await shells(engine);
  return end.join() === "80,120"
    ? pass("Both directions lock the same account first: the second transfer waits without holding a lock.")
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
      `The form "${line}" of version ${version}: ${was}; it returned ${JSON.stringify(said)}, and the page reads ` +
        `"${row[0]}". Expected: "${expected}", and "${then}".`,
    );
  }
  const form = (line: string) => (own: Engine) => save(sessionmaker(own), { id: 1, line, version: 3 });
  const both = await sideBySide(engine, form("one"), form("two"));
  const error = errorOf(both);
  if (error) return notYet(`With two concurrent forms one failed with ${error}. It must return "conflict".`);
  const said = both.map((each) => each.status === "fulfilled" ? each.value : "").toSorted().join(" and ");
  if (said !== "conflict and saved") {
    return notYet(`Two concurrent forms of one version: the results were ${said}.`);
  }
  return pass("A save succeeds only if the version shown is still current, however long the form was open.");
}

async function gradeGoHome(engine: Engine, { Guard, goHome }: Answer): Promise<Verdict> {
  if (typeof goHome !== "function") return NO_FUNCTION;
  await engine.begin((connection) => Guard.table.metadata.createAll(connection));
  await run(engine, "INSERT INTO guards (name, on_duty) VALUES ('sandy', true), ('patrick', true)");
  const leave = (name: string) => (own: Engine) => goHome(sessionmaker(own), name);
  const both = await sideBySide(engine, leave("sandy"), leave("patrick"));
  const error = errorOf(both);
  if (error) return notYet(`Two concurrent calls: one failed with ${error}. This is expected; it must be retried.`);
  const left = both.filter((each) => each.status === "fulfilled" && each.value === true).length;
  const onDuty = await rows(engine, "SELECT name FROM guards WHERE on_duty");
  if (left !== 1 || onDuty.length !== 1) {
    return notYet(
      `Two concurrent calls: ${left} returned true, and ${onDuty.length} are on duty. Expected: one and one. Does the ` +
        "isolation level guarantee serial execution?",
    );
  }
  const [[last]] = onDuty;
  const alone = await goHome(sessionmaker(engine), String(last));
  if (alone !== false || (await rows(engine, "SELECT FROM guards WHERE on_duty")).length !== 1) {
    return notYet(`For the last guard it returned ${alone}. Expected: false, and the guard stays on duty.`);
  }
  await run(engine, "UPDATE guards SET on_duty = true");
  if (await goHome(sessionmaker(engine), String(last)) !== true) {
    return notYet(`The next day both were on duty, and ${last}, who had stayed, could not leave.`);
  }
  return pass("One leaves and one stays, and neither call failed.");
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

/** Returns the first error of several concurrent operations, in one line. */
function errorOf(settled: readonly PromiseSettledResult<unknown>[]): string | undefined {
  const rejected = settled.find((each) => each.status === "rejected");
  const error = rejected?.reason as Error | undefined;
  return error && `${error.name} (${error.message.split("\n")[0]})`;
}
