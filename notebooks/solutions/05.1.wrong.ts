const selectCount: number = 4;

await check("05.1", () => ({ selects: selectCount, url: workbook.url }));
