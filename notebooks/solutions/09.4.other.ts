const felt: (due: number[], work: number[]) => number[] = (due, work) => {
  const done: number[] = [];
  for (const [n, at] of due.entries()) done.push(Math.max(at, done.at(-1) ?? 0) + work[n]);
  return done.map((at, n) => at - due[n]);
};

await check("09.4", () => felt);
