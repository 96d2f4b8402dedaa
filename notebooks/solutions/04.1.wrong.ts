const selects: number = 3;

await check("04.1", () => ({ selects, url: workbook.url }));
