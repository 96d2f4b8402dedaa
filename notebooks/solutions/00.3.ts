const smallestPool: number = 6;

await check("00.3", () => smallestPool);
