// Both run in every round, so a slow round is slow for both; the first place alternates, so neither is always warm.
type Pairs = (a: () => unknown, b: () => unknown, rounds: number) => Promise<number[]>;
const inPairs: Pairs = async (a, b, rounds) => {
  const short = { min_cpu_time: 2e6, min_samples: 5, gc: false, batch_samples: 64 };
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const [first, second] = round % 2 === 0 ? [a, b] : [b, a];
    const [one, other] = [await measure(first, short), await measure(second, short)];
    ratios.push(round % 2 === 0 ? other.p50 / one.p50 : one.p50 / other.p50);
  }
  return ratios;
};

await check("13.3", () => inPairs);
