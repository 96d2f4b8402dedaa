const fine: string[] = ["A", "C"];

await check("14.1", () => fine);
