// The test is whether anything else needs the thread while a statement runs.
const fine: string[] = ["A", "C", "E"];

await check("14.1", () => fine);
