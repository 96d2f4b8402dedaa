// B blocks after its await, C inside Promise.all(); A makes the same call on another thread.
const blockers: string[] = ["B", "C"];

await check("07.2", () => ({ url: workbook.url, handlers, blockers }));
