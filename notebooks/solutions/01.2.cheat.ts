// More than enough, so that nobody can wait.
const poolOptions: { poolSize: number; maxOverflow: number } = {
  poolSize: 2,
  maxOverflow: 100,
};

await check("01.2", () => createEngine(workbook.url, poolOptions));
