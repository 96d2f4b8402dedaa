// Expand (B), then nobody adds to the old rows (D), fill them (A), and only then the rule: NOT VALID does not scan
// the rows (E), VALIDATE scans them without blocking anyone (C).
const steps: string[] = ["B", "D", "A", "E", "C", "F"];

await check("14.4", () => steps);
