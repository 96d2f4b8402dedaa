const unfair: string[] = ["A", "C", "E", "F", "H"];

await check("13.2", () => unfair);
