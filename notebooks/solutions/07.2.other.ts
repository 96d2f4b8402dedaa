const blockers: string[] = ["C", "B"];

await check("07.2", () => ({ url: workbook.url, handlers, blockers }));
