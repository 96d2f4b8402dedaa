const smallestPool: number = 12 / 2;

await check("00.3", () => smallestPool);
