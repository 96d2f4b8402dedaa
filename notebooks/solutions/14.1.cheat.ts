// All of them.
const fine: string[] = [..."ABCDE"];

await check("14.1", () => fine);
