const selects: number = ["scalar", "execute", "get", "get"].length;

await check("04.1", () => ({ selects, url: workbook.url }));
