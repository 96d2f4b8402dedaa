import type { EngineEvent } from "../../lib/engine/events.ts";
import { Result } from "../../lib/engine/result.ts";
import { type Exercise, exercise, notYet, pass } from "../exercise.ts";
import { TODO } from "../todo.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "00.1",
    title: "Six times seven",
    todo: "Put an SQL statement in place of TODO, for example the one from the first query above, and change it.",
    hints: [
      "A statement that only computes needs no table: SELECT 2 + 3 is complete.",
      'Multiplication is written with a star. The statement is a quoted string: "SELECT 6 * …".',
    ],
    async grade(answer) {
      const { sql, ask } = answer as { sql: unknown; ask: (sql: string) => Promise<unknown> };
      if (typeof sql !== "string") return notYet("The answer must be an SQL statement, as a quoted string.");
      const result = await ask(sql);
      if (!(result instanceof Result)) return notYet("Keep the function ask() of the first query as it was.");
      if (result.rowCount !== 1) return notYet(`The statement returned ${result.rowCount} rows; expected one.`);
      const value = result.scalar();
      if (Number(value) !== 42) return notYet(`PostgreSQL returned ${Deno.inspect(value)}, which is not 6 times 7.`);
      const numbers = sql.match(/\d+/g) ?? [];
      return numbers.length > 1 && numbers.every((each) => each === "6" || each === "7")
        ? pass(`PostgreSQL returned ${value}.`)
        : notYet("PostgreSQL returned 42, but you did the sum: let the statement compute it from 6 and 7.");
    },
  }),
  exercise({
    id: "00.2",
    title: "Who had to wait?",
    todo: "Put a function in place of TODO: (events) => … It receives the list and returns a number.",
    hints: [
      'There is one event of type "wait" for each task that had to wait.',
      "An array has filter() and length: events.filter((event) => …).length.",
    ],
    grade(answer) {
      if (typeof answer !== "function") return notYet("The answer must be a function: (events) => …");
      for (const waits of [4, 0, 1]) {
        const counted = answer(eventsWithWaits(waits));
        if (counted === TODO) return notYet("The function still returns TODO.");
        if (counted !== waits) {
          return notYet(`For a list in which ${waits} tasks waited the function returned ${Deno.inspect(counted)}.`);
        }
      }
      return pass("It counts the waits of any list, including a list without waits.");
    },
  }),
  exercise({
    id: "00.3",
    title: "Two turns for twelve tasks",
    todo: "Put a number in place of TODO.",
    hints: [
      "With a pool of n connections, n tasks run in each turn.",
      "Two turns for twelve tasks: how many tasks is that in each turn?",
    ],
    grade(answer) {
      if (typeof answer !== "number" || !Number.isInteger(answer) || answer < 1) {
        return notYet("The answer must be a whole number of connections.");
      }
      const turns = Math.ceil(12 / answer);
      if (turns > 2) {
        return notYet(`With ${answer} connections twelve tasks take ${turns} turns, about ${turns * 50} ms.`);
      }
      if (answer > 6) return notYet(`${answer} connections are enough, but fewer would suffice.`);
      return pass("Six tasks in each turn, two turns.");
    },
  }),
];

export default exercises;

/** Creates engine events in which some tasks waited. */
function eventsWithWaits(waits: number): EngineEvent[] {
  return [
    { type: "connect", at: 0, milliseconds: 5, connection: 1 },
    { type: "checkout", at: 5, connection: 1, holder: "task" },
    ...Array.from({ length: waits }, (): EngineEvent => ({ type: "wait", at: 5, milliseconds: 50, connection: 1 })),
    { type: "checkin", at: 5, milliseconds: 50, connection: 1 },
  ];
}
