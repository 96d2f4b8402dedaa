import { type Exercise, exercise, notYet, pass, type Verdict } from "../exercise.ts";
import { gradeUnfair, type Points } from "./letters.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "09.1",
    title: "The knee",
    todo: "Put a function in place of TODO: (points) => … It returns a number of users.",
    hints: [
      "First the most requests per second of all points: Math.max(...points.map(({ rate }) => rate)).",
      "Keep the points with at least 0.9 of that, and of these take the smallest number of users. The points are in no order.",
    ],
    grade: (answer) => gradeKnee(answer as Knee),
  }),
  exercise({
    id: "09.2",
    title: "Connections of a deployment",
    todo: "Put a function in place of TODO: ({ limit, reserved, replicas, workers, overflow }) => …",
    hints: [
      "All of them together: replicas × workers × (pool + overflow) is at most limit − reserved.",
      "Solve that for pool, round down, and do not go below 0.",
    ],
    grade: (answer) => gradeLargestPool(answer as LargestPool),
  }),
  exercise({
    id: "09.3",
    title: "An unfair comparison",
    todo: 'Put a list of letters in place of TODO, such as ["A"].',
    hints: [
      "Go through the table of section 1: same means, same rows, in turns, warm, repeated. Which letters break one of these?",
      "A blocking session in async def is not how one uses it: the stall of section 7.",
      "A picture under the wrong name makes no run unfair, but the comparison says nothing about what it names.",
    ],
    grade: (answer) => gradeUnfair(answer, POINTS),
  }),
  exercise({
    id: "09.4",
    title: "What visitors feel",
    todo: "Put a function in place of TODO: (due, work) => … It returns a list of times.",
    hints: [
      "A request begins when it is due, or when the one before is done: whichever is later.",
      "let free = 0; for each n: free = Math.max(free, due[n]) + work[n]; what is felt is free - due[n].",
    ],
    grade: (answer) => gradeFelt(answer as Felt),
  }),
];

export default exercises;

type Knee = (points: { users: number; rate: number }[]) => number;
type Deployment = { limit: number; reserved: number; replicas: number; workers: number; overflow: number };
type LargestPool = (deployment: Deployment) => number;
type Felt = (due: number[], work: number[]) => number[];

function gradeKnee(knee: Knee): Verdict {
  if (typeof knee !== "function") return notYet("The answer is a function.");
  const cases: [points: [users: number, rate: number][], wanted: number][] = [
    [[[1, 300], [4, 900], [16, 1400], [64, 1500], [256, 1450]], 16],
    [[[256, 990], [64, 1000], [16, 950], [4, 600], [1, 200]], 16],
    [[[1, 290], [16, 298], [64, 297]], 1],
    [[[1, 100], [2, 200], [4, 400]], 4],
    [[[1, 90], [2, 100]], 1],
  ];
  for (const [pairs, wanted] of cases) {
    const found = knee(pairs.map(([users, rate]) => ({ users, rate })));
    const text = pairs.map(([users, rate]) => `${users}: ${rate}`).join(", ");
    if (found !== wanted) {
      return notYet(`For (${text}) the knee is at ${wanted}; the function says ${Deno.inspect(found)}.`);
    }
  }
  return pass("The knee of five curves, in whatever order their points come.");
}

function gradeLargestPool(largestPool: LargestPool): Verdict {
  if (typeof largestPool !== "function") return notYet("The answer is a function.");
  const cases: [Deployment, number][] = [
    [{ limit: 100, reserved: 3, replicas: 3, workers: 4, overflow: 0 }, 8],
    [{ limit: 100, reserved: 3, replicas: 3, workers: 4, overflow: 2 }, 6],
    [{ limit: 100, reserved: 4, replicas: 1, workers: 1, overflow: 0 }, 96],
    [{ limit: 100, reserved: 10, replicas: 9, workers: 10, overflow: 0 }, 1],
    [{ limit: 100, reserved: 3, replicas: 3, workers: 4, overflow: 30 }, 0],
    [{ limit: 100, reserved: 3, replicas: 50, workers: 4, overflow: 0 }, 0],
  ];
  for (const [deployment, wanted] of cases) {
    const found = largestPool(deployment);
    if (found === wanted) continue;
    const { replicas, workers, overflow, limit, reserved } = deployment;
    return notYet(
      `${replicas} replicas × ${workers} workers, overflow ${overflow}, ${limit} − ${reserved} connections: ` +
        `the largest pool is ${wanted}; the function says ${Deno.inspect(found)}.`,
    );
  }
  return pass("Six deployments, and none asks for more than there is.");
}

/** The points of the comparison that is to be judged. */
const POINTS: Points = {
  last: "G",
  fair: {
    B: "the same pool for both is as it should be",
    E: "in turns and repeated is as it should be",
    G: "leaving out the beginning is as it should be",
  },
  praise: "Four faults, and each of them was really made.",
};

function gradeFelt(felt: Felt): Verdict {
  if (typeof felt !== "function") return notYet("The answer is a function.");
  const cases: [due: number[], work: number[], wanted: number[]][] = [
    [[0, 10, 20], [5, 5, 5], [5, 5, 5]],
    [[0, 10, 20, 30], [5, 50, 5, 5], [5, 50, 45, 40]],
    [[0, 0, 0], [10, 10, 10], [10, 20, 30]],
    [[0, 10, 100], [30, 5, 5], [30, 25, 5]],
  ];
  for (const [due, work, wanted] of cases) {
    const found = felt([...due], [...work]);
    if (String(found) !== String(wanted)) {
      return notYet(
        `Due at ${due.join(", ")} with ${work.join(", ")} ms of work: felt are ${wanted.join(", ")} ms; the function ` +
          `says ${Deno.inspect(found)}.`,
      );
    }
  }
  return pass("What waited behind a slow one is counted.");
}
