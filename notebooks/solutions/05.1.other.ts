const selectCount: number = ["users", "teams", "toys"].length;

await check("05.1", () => ({ selects: selectCount, url: workbook.url }));
