const steps: string[] = ["B", "A", "D", "E", "C", "F"];

await check("14.4", () => steps);
