const selects: number = 5;

await check("04.1", () => ({ selects, url: workbook.url }));
