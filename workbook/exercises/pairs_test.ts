/** The check of exercise 13.3: it judges the benchmark, not the machine. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { gradePairs, type Pairs } from "./pairs.ts";

/** The median of what some calls took. */
function measure(run: () => unknown): number {
  const took = Array.from({ length: 9 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return took.toSorted((a, b) => a - b)[4];
}

function pairs(ratioOf: (a: number, b: number) => number): Pairs {
  return (a, b, rounds) => {
    const ratios = Array.from({ length: rounds }, (_, round) => {
      if (round % 2 === 0) {
        const median = measure(a);
        return ratioOf(median, measure(b));
      }
      const median = measure(b);
      return ratioOf(measure(a), median);
    });
    return Promise.resolve(ratios);
  };
}

/** Grades on a machine whose clock goes on by itself, and further with `interrupt`: no real machine has a part in it. */
async function grade(answer: Pairs, interrupt: (reading: number) => number) {
  const { now } = performance;
  let time = 0;
  let reading = 0;
  performance.now = () => time += 0.001 + interrupt(++reading);
  try {
    return await gradePairs(answer);
  } finally {
    performance.now = now;
  }
}

const quiet = () => 0;
/** Takes the processor away for 30 ms in nearly every call. */
const busy = (reading: number) => reading % 140 === 0 ? 30 : 0;

const right = pairs((a, b) => b / a);

for (const [name, interrupt] of [["quiet", quiet], ["busy", busy]] as const) {
  Deno.test(`exercise 13.3 passes on a ${name} machine`, async () => {
    assertEquals((await grade(right, interrupt)).status, "PASS");
  });
}

Deno.test("exercise 13.3: a ratio the other way round is told, with what it should be", async () => {
  const { status, message } = await grade(pairs((a, b) => a / b), quiet);
  assertEquals(status, "NOT YET");
  assertStringIncludes(message, "In round 1 the median of b is ");
  assertStringIncludes(message, "it returned 0.38");
});

Deno.test("exercise 13.3: one ratio for all rounds is told, although it was measured in turns", async () => {
  const once: Pairs = async (a, b, rounds) => (await right(a, b, rounds)).fill(0.7);
  assertEquals((await grade(once, quiet)).status, "NOT YET");
});
