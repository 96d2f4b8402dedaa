const steps: string[] = ["B", "D", "E", "A", "C", "F"];

await check("14.4", () => steps);
