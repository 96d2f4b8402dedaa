import { type Engine, type Session, sessionmaker } from "../../lib/mod.ts";
import { recordEvents, roundTrips } from "../show/mod.ts";
import { type Exercise, exercise, notYet, pass, type Verdict } from "../exercise.ts";
import { withCheckSchema } from "./check_schema.ts";
import { anyNumber } from "./unguessable.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "14.1",
    title: "Where blocking is fine",
    todo: 'Put a list of letters in place of TODO, such as ["A"].',
    hints: [
      "For each, ask: does anything else need this thread while a statement runs?",
      "Several processes have separate threads: a wait in one does not block the others.",
    ],
    grade: (answer) => gradeLetters(answer, ["A", "C", "E"], BLOCKING),
  }),
  exercise({
    id: "14.2",
    title: "How many round trips?",
    todo: "Put numbers in place of TODO: { A: 1, B: 1, C: 1, D: 1 }.",
    hints: [
      "BEGIN travels with the first statement, COMMIT with the last flush. A statement awaited alone is a round trip of its own.",
      "An object in the identity map costs nothing. A COMMIT without pending rows is sent alone.",
      "B: reads are awaited one by one, but BEGIN is sent with the first. D: get() sends nothing for an object in the identity map.",
    ],
    grade: (answer) => gradeRoundTrips(answer as RoundTrips),
  }),
  exercise({
    id: "14.3",
    title: "The last toys",
    todo: "Put an async function in place of TODO: async (engine, toy) => … It returns true or false.",
    hints: [
      "Between reading and writing the stock, another buyer may do the same. What makes reading and writing atomic?",
      "A single statement: UPDATE stock SET left_over = left_over - 1 WHERE toy = $1 AND left_over > 0; look at its rowCount.",
      "SELECT … FOR UPDATE in the same transaction works, too, and so does SERIALIZABLE with a retry.",
    ],
    grade: (answer) => gradeBuy(answer as Buy),
  }),
  exercise({
    id: "14.4",
    title: "A column on a busy table",
    todo: 'Put the letters in their order in place of TODO, such as ["B", "A"].',
    hints: [
      "Before the column becomes NOT NULL, no program may still write rows without a motto, and none may use a column that does not exist yet.",
      "First the column, then the program that writes it, then the old rows, and only then the constraint: NOT VALID before VALIDATE.",
    ],
    grade: (answer) => gradeOrder(answer),
  }),
  exercise({
    id: "14.5",
    title: "True, or not?",
    todo: "Put the numbers of the sentences that are true in place of TODO, such as [1].",
    hints: [
      "Each sentence was measured or demonstrated in one notebook: 03 the session, 05 the loaders, 09 the load and the pool, 10 locks, 11 isolation, 12 the plans.",
      "Beware of always and never, and of claims based on measurements on a single machine.",
    ],
    grade: (answer) => gradeSentences(answer),
  }),
];

export default exercises;

/** The message for each wrong letter. */
type Reasons = Readonly<Record<string, string>>;

const BLOCKING: Reasons = {
  A: "A has nothing else to do while it waits",
  B: "B has one process for two hundred users: while it waits for one, 199 others are blocked",
  C: "C runs one statement after another, and nothing else needs its thread",
  D: "D must answer its heartbeats on the thread that would be blocked",
  E: "E has eight processes of one request each: while one is blocked the others work",
};

function gradeLetters(answer: unknown, wanted: readonly string[], reasons: Reasons): Verdict {
  if (!Array.isArray(answer)) return notYet(`The answer must be a list of letters; found ${Deno.inspect(answer)}.`);
  const known = Object.keys(reasons);
  const unknown = answer.filter((letter) => !known.includes(letter));
  if (unknown.length > 0) return notYet(`Unknown: ${unknown.join(", ")}; choose from ${known.join(", ")}.`);
  const wrong = known.filter((letter) => wanted.includes(letter) !== answer.includes(letter));
  if (wrong.length === 0) return pass(`${wanted.join(", ")}: ${wanted.map((letter) => reasons[letter]).join("; ")}.`);
  const others = wrong.length > 1 ? ` (and ${wrong.length - 1} more to think about)` : "";
  return notYet(`Think again about this: ${reasons[wrong[0]]}${others}.`);
}

/** Four operations on a session, executed and counted here. */
type Piece = (session: Session) => Promise<unknown>;
type RoundTrips = { url: string; pieces: Record<string, Piece>; makeTables: (engine: Engine) => Promise<void> } & {
  trips: Record<string, number>;
};

async function gradeRoundTrips({ url, pieces, makeTables, trips }: RoundTrips): Promise<Verdict> {
  if (typeof trips !== "object" || trips === null) {
    return notYet("The answer must be an object: { A: 1, B: 1, C: 1, D: 1 }.");
  }
  return await withCheckSchema(url, async (engine) => {
    await makeTables(engine);
    const counted: Record<string, number> = {};
    for (const [letter, piece] of Object.entries(pieces)) {
      // the first run prepares statements, which takes extra round trips: count the second run
      await runPiece(engine, piece);
      counted[letter] = await countTrips(engine, () => runPiece(engine, piece));
    }
    const wrong = Object.keys(pieces).filter((letter) => trips[letter] !== counted[letter]);
    if (wrong.length === 0) {
      return pass(
        Object.entries(counted).map(([letter, count]) => `${letter} ${count}`).join(", ") + ": counted just now.",
      );
    }
    const said = (letter: string) => `${letter} is ${trips[letter] > counted[letter] ? "fewer" : "more"}`;
    return notYet(`The operations were executed and counted. ${wrong.map(said).join(", ")}.`);
  });
}

async function runPiece(engine: Engine, piece: Piece): Promise<void> {
  await using session = sessionmaker(engine)();
  await piece(session);
}

async function countTrips(engine: Engine, work: () => Promise<void>): Promise<number> {
  using recording = recordEvents(engine);
  await work();
  return roundTrips(recording.events).at(-1)?.trip ?? 0;
}

type Buy = { url: string; buy: (engine: Engine, toy: string) => Promise<boolean> };

async function gradeBuy({ url, buy }: Buy): Promise<Verdict> {
  if (typeof buy !== "function") return notYet("The answer must be a function.");
  const [stock, buyers] = [anyNumber(6, 9), 20]; // not the five of the text
  return await withCheckSchema(url, async (engine) => {
    await engine.begin((connection) =>
      connection.execute(
        `CREATE TABLE stock (toy text PRIMARY KEY, left_over integer NOT NULL);
         INSERT INTO stock VALUES ('car', ${stock}), ('kite', 1)`,
      )
    );
    const bought = await atOnce(engine, () => Promise.all(Array.from({ length: buyers }, () => buy(engine, "car"))));
    const sold = bought.filter((each) => each === true).length;
    const [car, kite] = await engine.begin(async (connection) =>
      (await connection.execute<{ left: number }>("SELECT left_over AS left FROM stock ORDER BY toy")).scalars().all()
    );
    const found = `${buyers} buyers competed for ${stock} cars: ${sold} reported a purchase, ${car} are left.`;
    if (sold !== stock || car !== 0) return notYet(`${found} Expected: ${stock} and 0.`);
    if (kite !== 1) return notYet(`${found} But there are ${kite} kites now, and nobody bought one.`);
    if (bought.some((each) => typeof each !== "boolean")) return notYet(`${found} The others should get false.`);
    return pass(found);
  });
}

/** Milliseconds for buyers to meet; those that take no lock never do. */
const MEET = 1_000;

/** Lets buyers begin while the row is locked, until two of them wait for it: whoever only reads has read the same. */
async function atOnce<T>(engine: Engine, work: () => Promise<T>): Promise<T> {
  await using holder = await engine.connect();
  await holder.execute("SELECT FROM stock WHERE toy = 'car' FOR UPDATE");
  await using watcher = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
  const waiting = `SELECT count(*)::int FROM pg_stat_activity AS one WHERE $1 = ANY (pg_blocking_pids(one.pid))
    OR EXISTS (SELECT FROM unnest(pg_blocking_pids(one.pid)) AS other WHERE $1 = ANY (pg_blocking_pids(other)))`;
  let isOver = false;
  const working = work().finally(() => isOver = true);
  working.catch(() => {}); // awaited below
  for (const end = performance.now() + MEET; !isOver && performance.now() < end;) {
    if ((await watcher.execute(waiting, [holder.backendPid])).scalarOne<number>() >= 2) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await watcher.close();
  await holder.rollback();
  await holder.close();
  return await working;
}

/** Ordering constraints, each with its reason; a test has PostgreSQL confirm them. */
export const BEFORE: readonly [first: string, then: string, why: string][] = [
  ["B", "D", "a program cannot write a column that does not exist"],
  ["D", "A", "while the old program runs, it inserts rows without a motto"],
  ["B", "A", "the column does not exist yet"],
  ["B", "E", "a constraint needs its column"],
  ["D", "E", "a NOT VALID constraint already applies to new rows: the old program would fail"],
  ["A", "E", "a NOT VALID constraint applies to each row that is written: an UPDATE of an old row would fail"],
  ["E", "C", "there is no constraint to validate yet"],
  ["C", "F", "only a validated constraint lets SET NOT NULL skip its scan of the table"],
];

function gradeOrder(answer: unknown): Verdict {
  const letters = ["A", "B", "C", "D", "E", "F"];
  if (!Array.isArray(answer) || answer.toSorted().join() !== letters.join()) {
    return notYet(`The answer must contain each of ${letters.join(", ")} once; found ${Deno.inspect(answer)}.`);
  }
  for (const [first, then, why] of BEFORE) {
    if (answer.indexOf(first) > answer.indexOf(then)) return notYet(`${then} cannot come before ${first}: ${why}.`);
  }
  return pass(`${answer.join(" → ")}. The table is never locked for longer than a metadata change takes.`);
}

/** The truth of each sentence, and where it was shown. */
const SENTENCES: readonly [isTrue: boolean, where: string][] = [
  [true, "notebook 09, the pool"],
  [false, "notebook 03: what was flushed is rolled back with the rest"],
  [true, "notebook 03, the identity map"],
  [false, "notebook 05: a joined collection repeats its owner in every row"],
  [false, "notebook 09: by Little's law, beyond the knee everyone waits longer, blocking or not"],
  [true, "notebook 11: under READ COMMITTED the second write wins"],
  [false, "notebook 12: for most of the rows a sequential scan is cheaper"],
  [true, "notebook 10: later readers queue behind it"],
];

function gradeSentences(answer: unknown): Verdict {
  if (!Array.isArray(answer) || answer.some((each) => !Number.isInteger(each))) {
    return notYet(`The answer must be a list of numbers; found ${Deno.inspect(answer)}.`);
  }
  const wrong = SENTENCES.flatMap(([isTrue, where], index) =>
    isTrue === answer.includes(index + 1) ? [] : [{ number: index + 1, where }]
  );
  const outside = answer.filter((each) => each < 1 || each > SENTENCES.length);
  if (outside.length > 0) return notYet(`There is no sentence ${outside.join(", ")}.`);
  if (wrong.length === 0) return pass("All eight are correct.");
  const [{ number, where }] = wrong;
  const rest = wrong.length > 1 ? ` ${wrong.length} sentences are misjudged in total.` : "";
  return notYet(`Look at sentence ${number} again (${where}).${rest}`);
}
