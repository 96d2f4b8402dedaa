// One question decides: does anybody else need the thread while a statement runs?
const fine: string[] = ["A", "C", "E"];

await check("14.1", () => fine);
