const felt: (due: number[], work: number[]) => number[] = (due, work) => {
  let free = 0;
  return due.map((at, n) => {
    free += work[n];
    return free - at;
  });
};

await check("09.4", () => felt);
