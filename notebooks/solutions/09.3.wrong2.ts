const unfair: string[] = ["A", "C", "D", "F", "G"];

await check("09.3", () => unfair);
