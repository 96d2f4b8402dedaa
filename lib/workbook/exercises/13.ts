import type { Measured } from "../compare.ts";
import { type Exercise, exercise, notYet, pass } from "../exercise.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "13.1",
    title: "Faster beyond doubt",
    todo: "Put a function in place of TODO: (a, b) => … It returns true or false.",
    hints: [
      "A bar in the chart goes from p25 to p75. Beyond doubt means that a's bar ends before b's begins.",
      "The slow end of a is a.p75, the fast end of b is b.p25. Which has to be smaller?",
    ],
    grade(answer) {
      if (typeof answer !== "function") return notYet("The answer is a function: (a, b) => …");
      const cases: [what: string, a: Measured, b: Measured, wanted: boolean][] = [
        ["a's bar ends before b's begins", bar(1, 1.2, 1.4), bar(2, 2.2, 2.4), true],
        ["a's median is smaller, but the bars overlap", bar(1, 1.2, 2.1), bar(2, 2.2, 2.4), false],
        ["b is the faster one", bar(2, 2.2, 2.4), bar(1, 1.2, 1.4), false],
        ["both are the same", bar(1, 1.2, 1.4), bar(1, 1.2, 1.4), false],
      ];
      for (const [what, a, b, wanted] of cases) {
        const said = answer(a, b);
        if (said !== wanted) return notYet(`Where ${what}, the function says ${Deno.inspect(said)}.`);
      }
      return pass("It claims nothing that the bars do not show.");
    },
  }),
];

export default exercises;

function bar(p25: number, median: number, p75: number): Measured {
  return {
    name: "",
    samples: 100,
    p25,
    median,
    p75,
    medians: [median],
    ratio: 1,
    ratioLow: 1,
    ratioHigh: 1,
    interval: [1, 1],
  };
}
