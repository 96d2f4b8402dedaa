import { type Connection, createEngine, type Engine } from "../../lib/mod.ts";
import { recordEvents, roundTrips } from "../show/mod.ts";
import { type Exercise, exercise, notYet, pass, type Verdict } from "../exercise.ts";
import { withCheckSchema } from "./check_schema.ts";
import { anyNumber } from "./unguessable.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "07.1",
    title: "Three at the same time",
    todo: "Put an async function in place of TODO: async (engine) => { … return { hero, shells, toys }; }.",
    hints: [
      "A statement is sent as soon as ask() is called. Only await waits.",
      "const [hero, shells, toys] = await Promise.all([ask(…), ask(…), ask(…)]);",
    ],
    grade: (answer) => gradePage(answer as { url: string; page: (engine: Engine) => Promise<unknown> }),
  }),
  exercise({
    id: "07.2",
    title: "Who stops the others?",
    todo: 'Put a list of letters in place of TODO, such as ["A", "B"].',
    hints: [
      "Look at the underlying call, not at async and await: which of the four ways of section 1 is it?",
      "Section 2 counts ticks: put each handler into ticksDuring(() => handlers.A(workbook.url)).",
    ],
    grade: (answer) => gradeBlockers(answer as { url: string; handlers: Handlers; blockers: unknown }),
  }),
  exercise({
    id: "07.3",
    title: "No more than that many",
    todo: "Put an async function in place of TODO: async (items, most, work) => { … return results; }.",
    hints: [
      "Start `most` loops at once. Each takes the next item until none is left.",
      "let next = 0; in a loop: const index = next++; results[index] = await work(items[index]);",
      "await Promise.all(Array.from({ length: most }, async () => { while (next < items.length) { … } }));",
    ],
    grade: (answer) => gradeMapAtMost(answer as MapAtMost),
  }),
  exercise({
    id: "07.4",
    title: "Many questions, one way",
    todo: "Put an async function in place of TODO: async (connection, names) => { … }.",
    hints: [
      "Section 3, pipelined: call execute() for each name, and wait for all of them together.",
      "names.map((name) => connection.execute(…, [name])) sends; await Promise.all(…) waits; scalar() reads.",
    ],
    grade: (answer) => gradeLaps(answer as { url: string; lapsOf: LapsOf }),
  }),
];

export default exercises;

type Handlers = Readonly<Record<string, (url: string) => Promise<unknown>>>;
type MapAtMost = (items: number[], most: number, work: (item: number) => Promise<number>) => Promise<number[]>;
type LapsOf = (connection: Connection, names: string[]) => Promise<number[]>;

async function gradePage({ url, page }: { url: string; page: (engine: Engine) => Promise<unknown> }): Promise<Verdict> {
  if (typeof page !== "function") return notYet("The answer must be a function.");
  await using engine = createEngine(url, { poolSize: 5, isolationLevel: "AUTOCOMMIT" });
  await openThree(engine); // otherwise the first statement may end before the third has a connection
  const recording = recordEvents(engine);
  const found = await page(engine);
  recording.stop();
  const wanted = { hero: "sandy", shells: 20, toys: 3 };
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    return notYet(`It should return ${Deno.inspect(wanted)}; it returned ${Deno.inspect(found)}.`);
  }
  const queries = recording.events.filter((event) => event.type === "query");
  const most = Math.max(
    ...queries.map(({ at }) => queries.filter((other) => other.at <= at && at < other.at + other.milliseconds).length),
  );
  if (queries.length !== 3) return notYet(`Three statements are needed; there were ${queries.length}.`);
  if (most < 3) {
    return notYet(`The answers are right, but at most ${most} of the three were in flight at the same time.`);
  }
  return pass("All three were in flight at the same time.");
}

async function openThree(engine: Engine): Promise<void> {
  const connections = await Promise.all([engine.connect(), engine.connect(), engine.connect()]);
  await Promise.all(connections.map((connection) => connection.close()));
}

async function gradeBlockers(
  { url, handlers, blockers }: { url: string; handlers: Handlers; blockers: unknown },
): Promise<Verdict> {
  const letters = Object.keys(handlers);
  const given = Array.isArray(blockers) ? blockers.map((letter) => String(letter).toUpperCase()) : [];
  if (given.length === 0 || given.some((letter) => !letters.includes(letter))) {
    return notYet(`The answer must be a list of letters from ${letters.join(", ")}.`);
  }
  for (const letter of letters) {
    const blocks = await alwaysPauses(() => handlers[letter](url));
    if (blocks === given.includes(letter)) continue;
    return notYet(
      given.includes(letter)
        ? `${letter} was run alongside a timer, and the timer kept ticking.`
        : "A letter is missing: one more handler stops the timer.",
    );
  }
  return pass("Each was run alongside a timer: these handlers stopped it, the other did not.");
}

/** Returns whether `work` blocks the event loop on every run: on a busy machine a single pause proves nothing. */
async function alwaysPauses(work: () => Promise<unknown>): Promise<boolean> {
  for (let time = 0; time < 5; time++) {
    if (await longestPause(work) <= 90) return false;
  }
  return true;
}

/** Returns the longest time between two turns of the event loop while `work` runs, in milliseconds. */
async function longestPause(work: () => Promise<unknown>): Promise<number> {
  let last = performance.now();
  let longest = 0;
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(turn, 5);
  await work();
  turn();
  clearInterval(timer);
  return longest;
}

async function gradeMapAtMost(mapAtMost: MapAtMost): Promise<Verdict> {
  if (typeof mapAtMost !== "function") return notYet("The answer must be a function.");
  for (const [count, most] of [[10, 3], [2, 5], [0, 4], [6, 1]]) {
    const items = Array.from({ length: count }, (_, index) => index);
    let [running, highest] = [0, 0];
    const work = async (item: number) => {
      highest = Math.max(highest, ++running);
      await new Promise((resolve) => setTimeout(resolve, item % 3 === 0 ? 8 : 2));
      running--;
      return item * item;
    };
    const found = await mapAtMost(items, most, work);
    const what = `${count} items, at most ${most}`;
    const wanted = items.map((item) => item * item);
    if (!Array.isArray(found) || found.join() !== wanted.join() || found.length !== count) {
      return notYet(`${what}: the results should be [${wanted.join(", ")}]; they were ${Deno.inspect(found)}.`);
    }
    if (highest > most) return notYet(`${what}: ${highest} were processed at the same time.`);
    if (highest < Math.min(most, count)) {
      return notYet(
        `${what}: never more than ${highest} at the same time, though ${Math.min(most, count)} were allowed.`,
      );
    }
  }
  return pass("As many as allowed, never more, and the results in order.");
}

function gradeLaps({ url, lapsOf }: { url: string; lapsOf: LapsOf }): Promise<Verdict> {
  if (typeof lapsOf !== "function") return Promise.resolve(notYet("The answer must be a function."));
  // nobody can know them without asking
  const laps = Array.from({ length: 4 }, () => anyNumber(1, 999));
  return withCheckSchema(url, async (engine) => {
    await engine.begin(async (connection) => {
      await connection.execute("CREATE TABLE snails (name text PRIMARY KEY, laps integer)");
      await connection.execute(
        "INSERT INTO snails SELECT * FROM unnest($1::text[], $2::integer[])",
        [["gary", "snelly", "larry", "eugene"], laps],
      );
    });
    await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    await connection.execute("SELECT laps FROM snails WHERE name = $1", ["gary"]); // prepared from here on
    const recording = recordEvents(engine);
    const found = await lapsOf(connection, ["snelly", "gary", "eugene", "larry"]);
    recording.stop();
    const [gary, snelly, larry, eugene] = laps;
    const wanted = [snelly, gary, eugene, larry];
    if (!Array.isArray(found) || found.join() !== wanted.join()) {
      return notYet(`The laps should be ${Deno.inspect(wanted)}; they were ${Deno.inspect(found)}.`);
    }
    const trips = roundTrips(recording.events);
    if (trips.length !== 4) return notYet(`Expected one statement for each of the four; there were ${trips.length}.`);
    const last = trips.at(-1)!.trip;
    if (last > 1) return notYet(`The laps are right, but the program waited ${last} times; once is enough.`);
    return pass("Four statements, one wait.");
  });
}
