const poolOptions: { poolSize: number; maxOverflow: number } = { poolSize: 4, maxOverflow: 0 };

await check("01.2", () => createEngine(workbook.url, poolOptions));
