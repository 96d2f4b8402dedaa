const selectCount: number = 2;

await check("05.1", () => ({ selects: selectCount, url: workbook.url }));
