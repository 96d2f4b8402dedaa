const trips: Record<keyof typeof pieces, number> = { A: 1, B: 3, C: 3, D: 3 };

await check("14.2", () => ({ url: workbook.url, pieces, makeTables, trips }));
