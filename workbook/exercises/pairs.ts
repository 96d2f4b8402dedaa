/** The check of the exercise that asks for a benchmark in pairs. @module */
import { notYet, pass, type Verdict } from "../exercise.ts";

/** The answer: measures both in each round, and returns how many times the median of `a` that of `b` is. */
export type Pairs = (a: () => unknown, b: () => unknown, rounds: number) => Promise<number[]>;

const ROUNDS = 6;

/** Calls of one function with none of the other between them, and the milliseconds that each took. */
interface Turn {
  readonly name: "a" | "b";
  readonly took: number[];
}

/** Judges a benchmark by what it measures: functions that record their own calls, since a busy machine prolongs any of them. */
export async function gradePairs(pairs: Pairs): Promise<Verdict> {
  if (typeof pairs !== "function") return notYet("The answer is a function.");
  const turns: Turn[] = [];
  /** Works twice as long for b as for a; both take longer from turn to turn, as on a machine that slows down. */
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
    return notYet(`${ROUNDS} rounds give ${ROUNDS} ratios, one for each round; it returned ${Deno.inspect(ratios)}.`);
  }
  if (turns.length < ROUNDS) {
    return notYet("Each was measured in one go: whatever slows the machine down meanwhile is then counted as theirs.");
  }
  if (turns.length !== ROUNDS + 1) {
    return notYet("The same one always begins. Begin with a in one round and with b in the next.");
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
  return pass("Measured in pairs, each beginning in turn.");
}

/** Which ratios b ÷ a two turns allow: each turn holds two rounds' calls, whose medians lie between these quantiles. */
function ratioRange(...turns: readonly [Turn, Turn]): [low: number, high: number] {
  const [a, b] = turns.toSorted((x, y) => x.name < y.name ? -1 : 1).map(({ took }) => took.toSorted((x, y) => x - y));
  const low = (sorted: readonly number[]) => sorted[Math.floor(0.1 * (sorted.length - 1))];
  const high = (sorted: readonly number[]) => sorted[Math.ceil(0.9 * (sorted.length - 1))];
  return [low(b) / high(a), high(b) / low(a)];
}
