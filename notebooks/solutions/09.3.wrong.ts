const unfair: string[] = ["A", "C", "D"];

await check("09.3", () => unfair);
