const trips: Record<keyof typeof pieces, number> = { A: 4, B: 5, C: 4, D: 4 };

await check("14.2", () => ({ url: workbook.url, pieces, makeTables, trips }));
