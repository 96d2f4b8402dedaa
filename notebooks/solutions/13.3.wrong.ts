type Pairs = (a: () => unknown, b: () => unknown, rounds: number) => Promise<number[]>;
const inPairs: Pairs = async (a, b, rounds) => {
  const short = { min_cpu_time: 2e6, min_samples: 5, gc: false, batch_samples: 64 };
  const ratioOf = (await measure(b, short)).p50 / (await measure(a, short)).p50;
  return Array.from({ length: rounds }, () => ratioOf);
};

await check("13.3", () => inPairs);
