// All of them.
const unfair: string[] = [..."ABCDEFGH"];

await check("13.2", () => unfair);
