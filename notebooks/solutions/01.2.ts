const poolOptions: { poolSize: number; maxOverflow: number } = { poolSize: 2, maxOverflow: 2 };

await check("01.2", () => createEngine(workbook.url, poolOptions));
