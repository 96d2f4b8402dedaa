const sentences: number[] = [1, 3, 5, 6, 8];

await check("14.5", () => sentences);
