const trips: Record<keyof typeof pieces, number> = Object.fromEntries(
  [..."ABCD"].map((letter, index) => [letter, [1, 4, 3, 2][index]]),
) as Record<keyof typeof pieces, number>;

await check("14.2", () => ({ url: workbook.url, pieces, makeTables, trips }));
