const smallestPool: number = 12;

await check("00.3", () => smallestPool);
