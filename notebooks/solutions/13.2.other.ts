const unfair: string[] = ["F", "E", "C", "A"];

await check("13.2", () => unfair);
