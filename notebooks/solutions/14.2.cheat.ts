// Neither fewer nor more.
const trips: Record<keyof typeof pieces, number> = { A: NaN, B: NaN, C: NaN, D: NaN };

await check("14.2", () => ({ url: workbook.url, pieces, makeTables, trips }));
