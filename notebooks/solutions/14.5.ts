// "Always", "every" and "however many" do not hold, as the notebooks measured; 2 is false because only a commit is permanent.
const sentences: number[] = [1, 3, 6, 8];

await check("14.5", () => sentences);
