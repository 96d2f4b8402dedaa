const selects: number = [3, 4, 5] as unknown as number;

await check("04.1", () => ({ selects, url: workbook.url }));
