import { type Exercise, exercise, notYet, pass, type Verdict } from "../exercise.ts";
import type { Interval } from "../median_interval.ts";
import { gradeUnfair, type Points } from "./letters.ts";
import { gradePairs, type Pairs } from "./pairs.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "13.1",
    title: "Faster beyond doubt",
    todo: 'Put a function in place of TODO: (a, b) => … It returns "a", "b" or "not known".',
    hints: [
      "An interval is [low, high]. The difference is significant if one interval ends before the other begins.",
      "If a[1] < b[0], all of a is below all of b, and vice versa; otherwise the result is not known.",
    ],
    grade: (answer) => gradeFaster(answer as Faster),
  }),
  exercise({
    id: "13.2",
    title: "An unfair benchmark",
    todo: 'Put a list of letters in place of TODO, such as ["A"].',
    hints: [
      "Go through the table of section 3: same work, checked, in turns, warm, medians. Which letters violate one of these?",
      "A is about what was returned, C about what was sent: is it the same work? E is about when, F about which number is reported.",
    ],
    grade: (answer) => gradeUnfair(answer, POINTS),
  }),
  exercise({
    id: "13.3",
    title: "A benchmark of one's own",
    todo: "Put an async function in place of TODO: async (a, b, rounds) => { … return ratios; }.",
    hints: [
      "A loop over the rounds; in each a short measure(a, …) and a short measure(b, …), both with await.",
      "The ratio of a round is (await measure(b, short)).p50 / (await measure(a, short)).p50, with " +
      "short = { min_cpu_time: 2e6, min_samples: 5, gc: false, batch_samples: 64 }.",
      "Alternate the order from round to round: if (round % 2 === 0) a first, else b first.",
    ],
    grade: (answer) => gradePairs(answer as Pairs),
  }),
  exercise({
    id: "13.4",
    title: "The same, further away",
    todo: "Put a function in place of TODO: (cost, delay) => … It returns milliseconds.",
    hints: [
      "A client that waits for the server twice waits two delays longer.",
      "It waits for round trips: statements sent together share one.",
      "cost.milliseconds + cost.roundTrips * delay",
    ],
    grade: (answer) => gradeFurther(answer as Further),
  }),
];

export default exercises;

type Faster = (a: Interval, b: Interval) => unknown;
type Further = (cost: { milliseconds: number; roundTrips: number; statements: number }, delay: number) => number;

function gradeFaster(faster: Faster): Verdict {
  if (typeof faster !== "function") return notYet("The answer must be a function: (a, b) => …");
  const cases: [a: Interval, b: Interval, wanted: "a" | "b" | "not known"][] = [
    [[0.5, 0.6], [0.9, 1.1], "a"],
    [[2.0, 2.4], [1.1, 1.3], "b"],
    [[0.5, 0.95], [0.9, 1.1], "not known"],
    [[0.8, 1.2], [0.9, 1.1], "not known"],
    [[0.9, 1.1], [0.8, 1.2], "not known"],
    [[1, 1], [1, 1], "not known"],
  ];
  for (const [a, b, wanted] of cases) {
    const said = faster(a, b);
    if (said === wanted) continue;
    const text = `a: ${a.join(" to ")}, b: ${b.join(" to ")}`;
    return notYet(`${text}: expected "${wanted}"; the function returned ${Deno.inspect(said)}.`);
  }
  return pass("It claims no more than the intervals show.");
}

/** The points of the comparison to judge. */
const POINTS: Points = {
  last: "H",
  fair: {
    B: "using the same pool for both is correct",
    D: "excluding the warm-up is correct",
    G: "stating the measured versions is correct",
    H: "saving a round trip is a legitimate advantage of a library, as long as the work is the same",
  },
  praise: "Different rows, another transaction, another hour, a single number: each can decide the winner.",
};

function gradeFurther(further: Further): Verdict {
  if (typeof further !== "function") return notYet("The answer must be a function: (cost, delay) => …");
  const cases = [
    { cost: { milliseconds: 0.5, roundTrips: 3, statements: 3 }, delay: 1, wanted: 3.5 },
    { cost: { milliseconds: 0.4, roundTrips: 1, statements: 3 }, delay: 1, wanted: 1.4 },
    { cost: { milliseconds: 2, roundTrips: 4, statements: 8 }, delay: 20, wanted: 82 },
    { cost: { milliseconds: 0.001, roundTrips: 0, statements: 0 }, delay: 50, wanted: 0.001 },
  ];
  for (const { cost, delay, wanted } of cases) {
    const found = further(cost, delay);
    if (Math.abs(found - wanted) < 1e-9) continue;
    return notYet(
      `${cost.milliseconds} ms with ${cost.statements} statements in ${cost.roundTrips} round trips, ${delay} ms further ` +
        `away: ${wanted} ms; the function returned ${Deno.inspect(found)}.`,
    );
  }
  return pass("Latency grows with the number of round trips, not with the number of statements.");
}
