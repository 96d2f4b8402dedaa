// All of them.
const sentences: number[] = [1, 2, 3, 4, 5, 6, 7, 8];

await check("14.5", () => sentences);
