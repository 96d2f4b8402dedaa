const blockers: string[] = ["A", "B", "C"];

await check("07.2", () => ({ url: workbook.url, handlers, blockers }));
