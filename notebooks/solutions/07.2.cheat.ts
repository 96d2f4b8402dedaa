// All of them.
const blockers: string[] = Object.keys(handlers);

await check("07.2", () => ({ url: workbook.url, handlers, blockers }));
