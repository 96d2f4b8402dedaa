const poolOptions: { poolSize: number; maxOverflow: number } = Object.fromEntries(
  ["poolSize", "maxOverflow"].map((option) => [option, 4 / 2]),
) as { poolSize: number; maxOverflow: number };

await check("01.2", () => createEngine(workbook.url, poolOptions));
