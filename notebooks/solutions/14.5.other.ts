const sentences: number[] = [8, 6, 3, 1];

await check("14.5", () => sentences);
