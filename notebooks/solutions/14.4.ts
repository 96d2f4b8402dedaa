// Expand (B, D), fill (A), then the rule: NOT VALID needs no look at the rows, VALIDATE looks without stopping anyone.
const steps: string[] = ["B", "D", "E", "A", "C", "F"];

await check("14.4", () => steps);
