const isFaster: (a: Measured, b: Measured) => boolean = (a, b) => a.median < b.median;

await check("13.1", () => isFaster);
