// Each await on the server is a round trip. BEGIN is free, and COMMIT after new rows; changed rows are counted before COMMIT.
const trips: Record<keyof typeof pieces, number> = { A: 1, B: 4, C: 3, D: 2 };

await check("14.2", () => ({ url: workbook.url, pieces, makeTables, trips }));
