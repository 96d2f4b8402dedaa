const unfair: string[] = ["A", "E"];

await check("13.2", () => unfair);
