// All of them, for one will be right.
const smallestPool: number = [..."123456789"] as unknown as number;

await check("00.3", () => smallestPool);
