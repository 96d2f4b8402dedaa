/**
 * Check for the exercise that asks for a paired benchmark.
 *
 * @module
 */
import { notYet, pass, type Verdict } from "../exercise.ts";

/** The answer: measures both in each round, and returns the ratio of the median of `b` to that of `a`. */
export type Pairs = (a: () => unknown, b: () => unknown, rounds: number) => Promise<number[]>;

const ROUNDS = 6;

/** Consecutive calls of one function, with the duration of each in milliseconds. */
interface Turn {
  readonly name: "a" | "b";
  readonly took: number[];
}

/** Judges a benchmark by functions that record their own calls, since a busy machine may prolong any of them. */
export async function gradePairs(pairs: Pairs): Promise<Verdict> {
  if (typeof pairs !== "function") return notYet("The answer must be a function.");
  const turns: Turn[] = [];
  /** Takes twice as long for b as for a; both slow down from turn to turn, as on a machine under increasing load. */
  const work = (name: Turn["name"]) => () => {
    const start = performance.now();
    if (turns.at(-1)?.name !== name) turns.push({ name, took: [] });
    const end = start + (0.1 + 0.05 * turns.length) * (name === "b" ? 2 : 1);
    let now = start;
    while (now < end) now = performance.now();
    turns.at(-1)!.took.push(now - start);
  };
  const ratios = await pairs(work("a"), work("b"), ROUNDS);
  if (!Array.isArray(ratios) || ratios.length !== ROUNDS || !ratios.every((ratio) => ratio > 0)) {
    return notYet(`${ROUNDS} rounds give ${ROUNDS} ratios, one per round; it returned ${Deno.inspect(ratios)}.`);
  }
  if (turns.length < ROUNDS) {
    return notYet("Each was measured in one block: a temporary slowdown of the machine then distorts its result.");
  }
  if (turns.length !== ROUNDS + 1) {
    return notYet("The same one always runs first. Alternate between a and b.");
  }
  const wrong = ratios.flatMap((ratio, round) => {
    const [low, high] = ratioRange(turns[round], turns[round + 1]);
    return ratio < low * 0.9 || ratio > high * 1.1 ? [{ ratio, round, low, high }] : [];
  });
  if (wrong.length > ROUNDS / 2) {
    const { ratio, round, low, high } = wrong[0];
    return notYet(
      `In round ${round + 1} the median of b is ${low.toFixed(2)} to ${high.toFixed(2)} times that of a; ` +
        `it returned ${ratio.toFixed(2)}. Divide the p50 of b by the p50 of a.`,
    );
  }
  return pass("Measured in pairs, in alternating order.");
}

/** Returns the range of ratios b ÷ a consistent with two turns: each turn holds two rounds' calls, whose medians lie between these quantiles. */
function ratioRange(...turns: readonly [Turn, Turn]): [low: number, high: number] {
  const [a, b] = turns.toSorted((x, y) => x.name < y.name ? -1 : 1).map(({ took }) => took.toSorted((x, y) => x - y));
  const low = (sorted: readonly number[]) => sorted[Math.floor(0.1 * (sorted.length - 1))];
  const high = (sorted: readonly number[]) => sorted[Math.ceil(0.9 * (sorted.length - 1))];
  return [low(b) / high(a), high(b) / low(a)];
}
