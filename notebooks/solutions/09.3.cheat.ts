// All of them.
const unfair: string[] = [..."ABCDEFG"];

await check("09.3", () => unfair);
