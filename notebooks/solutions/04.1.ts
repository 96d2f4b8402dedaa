const selects: number = 4;

await check("04.1", () => ({ selects, url: workbook.url }));
