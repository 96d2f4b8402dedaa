// Both run in every round, so a slow round is slow for both; the first place alternates, so neither is always warm.
type Pairs = (a: () => unknown, b: () => unknown, rounds: number) => Promise<number[]>;
const inPairs: Pairs = async (a, b, rounds) => {
  const short = { min_cpu_time: 2e6, min_samples: 5, gc: false, batch_samples: 64 };
  const ratios: number[] = [];
  let isFirst = true;
  while (ratios.length < rounds) {
    const p50 = { a: NaN, b: NaN };
    for (const name of isFirst ? ["a", "b"] as const : ["b", "a"] as const) {
      p50[name] = (await measure(name === "a" ? a : b, short)).p50;
    }
    ratios.push(p50.b / p50.a);
    isFirst = !isFirst;
  }
  return ratios;
};

await check("13.3", () => inPairs);
