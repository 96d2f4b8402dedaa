// Other means (A), a use that stalls (C), other rows (D), another name (F). B, E and G are how it should be.
const unfair: string[] = ["A", "C", "D", "F"];

await check("09.3", () => unfair);
