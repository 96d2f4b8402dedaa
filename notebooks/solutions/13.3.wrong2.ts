type Pairs = (a: () => unknown, b: () => unknown, rounds: number) => Promise<number[]>;
const inPairs: Pairs = async (a, b, rounds) => {
  const short = { min_cpu_time: 2e6, min_samples: 5, gc: false, batch_samples: 64 };
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const one = await measure(a, short);
    const other = await measure(b, short);
    ratios.push(other.p50 / one.p50);
  }
  return ratios;
};

await check("13.3", () => inPairs);
