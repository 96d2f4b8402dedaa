const unfair: string[] = ["F", "D", "C", "A"];

await check("09.3", () => unfair);
