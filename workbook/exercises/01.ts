import { createEngine, Engine, type EngineEvent, EngineUrl, IntegrityError, InvalidUrlError } from "../../lib/mod.ts";
import { type Exercise, exercise, notYet, pass, type Verdict } from "../exercise.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "01.1",
    title: "Write a URL",
    todo: "Put the URL in place of TODO, as a quoted string.",
    hints: [
      "The order is dialect+driver://user:password@host:port/database. The dialect is postgresql.",
      'In the password, "@" is written %40 and "/" is written %2F.',
      "It begins with postgresql+postgres://sandy:squirrel%40home%2F1@, followed by the host.",
    ],
    grade(answer) {
      if (typeof answer !== "string") return notYet("The URL must be a quoted string.");
      let url: EngineUrl;
      try {
        url = EngineUrl.parse(answer);
      } catch (error) {
        if (error instanceof InvalidUrlError) return notYet(error.message);
        throw error;
      }
      const { driver, user, password, host, port, database } = url;
      const found = { driver, user, password, host, port, database };
      for (const [part, wanted] of Object.entries(SHOP)) {
        const value = found[part as keyof typeof found];
        if (value !== wanted) {
          const hint = part === "database" || part === "host" || part === "password"
            ? " Reserved characters in the password must be percent-encoded."
            : "";
          return notYet(`The parsed ${part} is ${Deno.inspect(value)}; expected ${Deno.inspect(wanted)}.${hint}`);
        }
      }
      const written = answer.slice(answer.indexOf("://") + 3, answer.lastIndexOf("@"));
      const reserved = written.match(/[/?#@]/)?.[0];
      if (reserved) {
        return notYet(
          `This library reads it, but other programs end the password at its "${reserved}". Percent-encode it, too.`,
        );
      }
      return pass(`The URL prints as ${url}`);
    },
  }),
  exercise({
    id: "01.2",
    title: "A pool with room for four",
    todo: "Put an object in place of TODO: { poolSize: …, maxOverflow: … }.",
    hints: [
      "poolSize is the number of connections kept open; poolSize and maxOverflow together limit how many can be checked out at once.",
      "Two stay open, so poolSize is 2. Four are needed at once: how many does poolSize leave to maxOverflow?",
    ],
    async grade(answer) {
      if (!(answer instanceof Engine)) return notYet("Provide only the options; the check creates the engine.");
      await using engine = answer;
      let waits = 0;
      engine.events.on("wait", () => waits++);
      // Each task keeps its connection until all allowed connections are checked out: otherwise the first could return
      // before the last is open.
      const { size, maxOverflow } = engine.poolStatus;
      if (size + maxOverflow > 4) {
        return notYet(`Up to ${size + maxOverflow} connections may be open at once; four tasks need four.`);
      }
      const most = Math.min(4, size + maxOverflow);
      const allOut = Promise.withResolvers<void>();
      const task = async () => {
        await using connection = await engine.connect();
        if (engine.poolStatus.held >= most) allOut.resolve();
        await allOut.promise;
        await connection.execute("SELECT 1");
      };
      await Promise.all(Array.from({ length: 4 }, task)).finally(allOut.resolve);
      if (waits > 0) return notYet(`${waits} of the four tasks had to wait for a connection.`);
      const { idle } = engine.poolStatus;
      if (idle !== 2) return notYet(`No task waited, but ${idle} connections stayed open; expected 2.`);
      return pass("Four connections at once, two kept open.");
    },
  }),
  exercise({
    id: "01.3",
    title: "Give shells, both or neither",
    todo: "Put an async function in place of TODO: async (engine, from, to, shells) => { … }.",
    hints: [
      "engine.begin(work) runs a function in one transaction: committed when it returns, rolled back when it throws.",
      "Both UPDATE statements belong inside the same engine.begin(async (connection) => { … }), each with await.",
      '"UPDATE friends SET shells = shells - $1 WHERE name = $2", [shells, from]: the other one adds, for the name in to.',
    ],
    grade: (answer) => gradeGive(answer as { give: Give; url: string }),
  }),
  exercise({
    id: "01.4",
    title: "Give the connection back",
    todo: "Put an async function in place of TODO: async (engine, sql) => { … }.",
    hints: [
      "await using returns the connection to the pool at the end of the block, even when a statement throws.",
      "Begin the function with: await using connection = await engine.connect();",
    ],
    grade: (answer) => gradeAsk(answer as { ask: Ask; url: string }),
  }),
];

export default exercises;

const SHOP = {
  driver: "postgres",
  user: "sandy",
  password: "squirrel@home/1",
  host: "db.example.org",
  port: 6543,
  database: "shop",
};

type Give = (engine: Engine, from: string, to: string, shells: number) => Promise<void>;

async function gradeGive({ give, url }: { give: Give; url: string }): Promise<Verdict> {
  if (typeof give !== "function") return notYet("The answer must be an async function.");
  await using engine = createEngine(url);
  await engine.begin((connection) =>
    connection.execute(`CREATE TABLE IF NOT EXISTS friends (
        name text PRIMARY KEY, shells integer NOT NULL CHECK (shells >= 0));
      TRUNCATE friends;
      INSERT INTO friends VALUES ('sandy', 2), ('spongebob', 10)`)
  );
  const events: EngineEvent[] = [];
  engine.events.on("*", (event) => events.push(event));

  await give(engine, "spongebob", "sandy", 4);
  const after = await shellsOf(engine);
  if (after !== "sandy 6, spongebob 6") {
    return notYet(`Before: sandy 2, spongebob 10. After spongebob gave sandy 4: ${after}.`);
  }
  const pasted = events.find((event) => event.type === "query" && /spongebob|sandy/.test(event.sql));
  if (pasted?.type === "query") {
    return notYet(
      `The shells arrived, but the SQL contains a name: ${pasted.sql} Use $1, $2 and pass the values separately.`,
    );
  }
  const commits = events.filter(({ type }) => type === "commit").length;
  if (commits > 1) {
    return notYet(
      `The shells arrived, but in ${commits} transactions: in between, the shells were missing or counted twice.`,
    );
  }
  let refusal: unknown;
  await give(engine, "spongebob", "sandy", 100).catch((error) => refusal = error);
  const unchanged = await shellsOf(engine);
  if (unchanged !== after) return notYet(`spongebob gave 100 shells, more than he has. Now: ${unchanged}.`);
  if (refusal === undefined) {
    return notYet(
      "Nothing moved when spongebob gave too much, but the caller got no error: do not catch the database error.",
    );
  }
  if (!(refusal instanceof IntegrityError)) {
    return notYet(
      `Nothing moved when spongebob gave too much, but the error was ${refusal}; expected the database error ` +
        "raised by the table's constraint.",
    );
  }
  await give(engine, "sandy", "spongebob", 1);
  const back = await shellsOf(engine);
  if (back !== "sandy 5, spongebob 7") return notYet(`Then sandy gave 1 shell back. Now: ${back}.`);
  return pass("One transaction, and the caller receives the error of the second gift.");
}

async function shellsOf(engine: Engine): Promise<string> {
  await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  const result = await connection.execute("SELECT name, shells FROM friends ORDER BY name");
  return result.tuples().all().map(([name, shells]) => `${name} ${shells}`).join(", ");
}

type Ask = (engine: Engine, sql: string) => Promise<unknown>;

async function gradeAsk({ ask, url }: { ask: Ask; url: string }): Promise<Verdict> {
  if (typeof ask !== "function") return notYet("The answer must be an async function.");
  await using engine = createEngine(url, { poolSize: 1, maxOverflow: 0, poolTimeout: 500 });
  let statements = 0;
  engine.events.on("query", () => statements++);
  const value = await ask(engine, "SELECT 6 * 7");
  if (value !== 42) return notYet(`For SELECT 6 * 7 the function returned ${Deno.inspect(value)}.`);
  if (statements === 0) return notYet("The value is right, but no statement was sent to the server.");
  if (engine.poolStatus.held > 0) return notYet("After the first call the connection is still checked out.");
  let failed = false;
  await ask(engine, "SELECT 1 / 0").catch(() => failed = true);
  if (engine.poolStatus.held > 0) return notYet("After a failed statement the connection is still checked out.");
  if (!failed) return notYet("SELECT 1 / 0 fails; the caller of ask() should receive the error.");
  if (await ask(engine, "SELECT 1") !== 1) return notYet("After a failure the function stopped working.");
  return pass("The connection is returned in every case.");
}
