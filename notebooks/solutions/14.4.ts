// Expand (B, D), fill (A), then the rule: NOT VALID does not scan the rows, VALIDATE scans them without blocking anyone.
const steps: string[] = ["B", "D", "E", "A", "C", "F"];

await check("14.4", () => steps);
