const fine: string[] = ["E", "C", "A"];

await check("14.1", () => fine);
