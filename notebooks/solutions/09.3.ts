// Unequal resources (A), a use that stalls (C), different rows (D), a wrong label (F). B, E and G are good practice.
const unfair: string[] = ["A", "C", "D", "F"];

await check("09.3", () => unfair);
