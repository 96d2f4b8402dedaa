const fine: string[] = ["A", "B", "C", "E"];

await check("14.1", () => fine);
