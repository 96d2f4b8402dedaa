const smallestPool: number = 4;

await check("00.3", () => smallestPool);
