const selectCount: number = [2, 3, 4] as unknown as number;

await check("05.1", () => ({ selects: selectCount, url: workbook.url }));
