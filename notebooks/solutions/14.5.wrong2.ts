const sentences: number[] = [3, 6];

await check("14.5", () => sentences);
