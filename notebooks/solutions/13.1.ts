const isFaster: (a: Measured, b: Measured) => boolean = (a, b) => a.p75 < b.p25;

await check("13.1", () => isFaster);
