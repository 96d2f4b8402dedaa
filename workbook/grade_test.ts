import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exercise, notYet, pass } from "./exercise.ts";
import { gradeAnswer } from "./grade.ts";
import { TODO } from "./todo.ts";

const double = exercise({
  id: "00.9",
  title: "Double a number",
  todo: "Write a function that doubles.",
  hints: [],
  grade(answer) {
    if (typeof answer !== "function") return notYet("Give a function.");
    const doubled = answer(21);
    return doubled === 42 ? pass("42 it is.") : notYet(`Twice 21 is 42, not ${doubled}.`);
  },
});
const outcome = (answer: () => unknown) => gradeAnswer(double, answer);

Deno.test("gradeAnswer() passes on what the grader says", async () => {
  assertEquals(await outcome(() => (n: number) => n * 2), { status: "PASS", message: "42 it is." });
  assertEquals(await outcome(() => (n: number) => n + 2), { status: "NOT YET", message: "Twice 21 is 42, not 23." });
});

Deno.test("gradeAnswer() waits for an answer that is a promise", async () => {
  assertEquals((await outcome(() => Promise.resolve((n: number) => n * 2))).status, "PASS");
});

Deno.test("gradeAnswer() says TODO for what was not started", async () => {
  const todo = { status: "TODO", message: "Write a function that doubles." };
  assertEquals(await outcome(() => undefined), todo);
  assertEquals(await outcome(() => TODO), todo);
  assertEquals(await outcome(() => [TODO]), todo);
});

Deno.test("gradeAnswer() says TODO when the code trips over a TODO", async () => {
  const query = TODO as (id: number) => string;
  assertEquals((await outcome(() => query(1))).status, "TODO");
  assertEquals((await outcome(() => () => query(1))).status, "TODO", "in a function that the grader calls");
  const wrapped = () => {
    try {
      return query(1);
    } catch (cause) {
      throw new Error("the query failed", { cause });
    }
  };
  assertEquals((await outcome(wrapped)).status, "TODO", "as the cause of another error");
});

Deno.test("gradeAnswer() turns what the answer throws into a sentence", async () => {
  const { status, message } = await outcome(() => {
    throw new RangeError("the `pool`\n is empty");
  });
  assertEquals({ status, message }, {
    status: "NOT YET",
    message: "Your code threw RangeError: the `pool` is empty.",
  });
  assertEquals((await outcome(() => Promise.reject("no"))).message, "Your code threw no.");
  assertEquals((await outcome(() => Promise.reject("No."))).message, "Your code threw No.", "one full stop");
});

Deno.test("gradeAnswer() of a name that is not there says to run the cells above", async () => {
  const { message } = await outcome(() => new Function("return heroes")());
  assertStringIncludes(message, "heroes is not defined");
  assertStringIncludes(message, "Run the cells above first");
});

Deno.test("gradeAnswer() of a name used above its declaration does not send the reader to other cells", async () => {
  const { message } = await outcome(() => new Function("const heroes = heroes + 1")());
  assertStringIncludes(message, "Cannot access 'heroes' before initialization.");
  assertStringIncludes(message, "Your code uses heroes before the line that declares it has run.");
  assertEquals(message.includes("Run the cells above"), false);
});

Deno.test("gradeAnswer() takes the answer itself in place of a function", async () => {
  const blunder = [1] as unknown as () => unknown;
  assertEquals((await outcome(blunder)).message, "Give a function.");
});

Deno.test("gradeAnswer() ends an answer that never does", async () => {
  const { status, message } = await gradeAnswer(double, () => new Promise(() => {}), 20);
  assertEquals(status, "NOT YET");
  assertMatch(message, /did not finish within 0.02 s/);
});

Deno.test("gradeAnswer() aborts the grader's queries when the time is over", async () => {
  let aborted = false;
  const slow = exercise({
    ...double,
    grade: (_answer, { signal }) => new Promise(() => signal.addEventListener("abort", () => aborted = true)),
  });
  assertEquals((await gradeAnswer(slow, () => 1, 20)).status, "NOT YET");
  assertEquals(aborted, true);
});

Deno.test("gradeAnswer() tells the grader how long the answer took", async () => {
  const timed = exercise({ ...double, grade: (_answer, { milliseconds }) => pass(String(milliseconds >= 9)) });
  const { message } = await gradeAnswer(timed, () => new Promise((resolve) => setTimeout(resolve, 10, 1)));
  assertEquals(message, "true");
});
