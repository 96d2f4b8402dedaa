const steps: string[] = "B D A E C F".split(" ");

await check("14.4", () => steps);
