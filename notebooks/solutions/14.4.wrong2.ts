const steps: string[] = ["B", "D", "E", "C", "A", "F"];

await check("14.4", () => steps);
