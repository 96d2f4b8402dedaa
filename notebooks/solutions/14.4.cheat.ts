// Every order is in it somewhere.
const steps: string[] = [..."BDAECF", ..."ABCDEF"];

await check("14.4", () => steps);
