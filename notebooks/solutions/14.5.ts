// "Always", "every" and "however many" were measured to be untrue; 2 forgets that only a commit is permanent.
const sentences: number[] = [1, 3, 6, 8];

await check("14.5", () => sentences);
