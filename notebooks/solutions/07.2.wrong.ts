const blockers: string[] = ["B"];

await check("07.2", () => ({ url: workbook.url, handlers, blockers }));
