import { type Exercise, exercise, notYet, pass, type Verdict } from "../exercise.ts";
import { gradeUnfair, type Points } from "./letters.ts";

const exercises: readonly Exercise[] = [
  exercise({
    id: "09.1",
    title: "The knee",
    todo: "Put a function in place of TODO: (points) => … It returns a number of users.",
    hints: [
      "First find the highest rate of all points: Math.max(...points.map(({ rate }) => rate)).",
      "Of the points with at least 0.9 of that, take the smallest number of users. The points are unordered.",
    ],
    grade: (answer) => gradeKnee(answer as Knee),
  }),
  exercise({
    id: "09.2",
    title: "Connections of a deployment",
    todo: "Put a function in place of TODO: ({ limit, reserved, replicas, workers, overflow }) => …",
    hints: [
      "The total: replicas × workers × (pool + overflow) is at most limit − reserved.",
      "Solve that for pool, round down, and do not go below 0.",
    ],
    grade: (answer) => gradeLargestPool(answer as LargestPool),
  }),
  exercise({
    id: "09.3",
    title: "An unfair comparison",
    todo: 'Put a list of letters in place of TODO, such as ["A"].',
    hints: [
      "Go through the table of section 1: same resources, same rows, in turns, warm, repeated. Which letters violate one of these?",
      "A blocking session in async def is misuse: see the stall in section 7.",
      "A mislabelled chart does not make a run unfair, but the comparison says nothing about what it claims to compare.",
    ],
    grade: (answer) => gradeUnfair(answer, POINTS),
  }),
  exercise({
    id: "09.4",
    title: "Response times",
    todo: "Put a function in place of TODO: (due, work) => … It returns a list of times.",
    hints: [
      "A request starts when it is due or when the previous one is done, whichever is later.",
      "let free = 0; for each n: free = Math.max(free, due[n]) + work[n]; the response time is free - due[n].",
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
  if (typeof knee !== "function") return notYet("The answer must be a function.");
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
      return notYet(`For (${text}) the knee is at ${wanted}; the function returned ${Deno.inspect(found)}.`);
    }
  }
  return pass("The knee of five curves, in any order of points.");
}

function gradeLargestPool(largestPool: LargestPool): Verdict {
  if (typeof largestPool !== "function") return notYet("The answer must be a function.");
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
        `the largest pool is ${wanted}; the function returned ${Deno.inspect(found)}.`,
    );
  }
  return pass("Six deployments, none above the connection limit.");
}

/** The points of the comparison to judge. */
const POINTS: Points = {
  last: "G",
  fair: {
    B: "using the same pool for both is correct",
    E: "measuring in turns and repeatedly is correct",
    G: "excluding the warm-up is correct",
  },
  praise: "Four faults, all taken from real comparisons.",
};

function gradeFelt(felt: Felt): Verdict {
  if (typeof felt !== "function") return notYet("The answer must be a function.");
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
        `Due at ${due.join(", ")} with ${work.join(", ")} ms of work: the response times are ${
          wanted.join(", ")
        } ms; the function ` +
          `says ${Deno.inspect(found)}.`,
      );
    }
  }
  return pass("Time spent waiting behind a slow request is counted.");
}
