// A request starts when it is due and the previous one is done, whichever is later.
const felt: (due: number[], work: number[]) => number[] = (due, work) => {
  let free = 0;
  return due.map((at, n) => {
    free = Math.max(free, at) + work[n];
    return free - at;
  });
};

await check("09.4", () => felt);
