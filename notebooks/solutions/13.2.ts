// Different results (A), a transaction for only one (C), a different machine load (E), the best call instead of the median (F).
const unfair: string[] = ["A", "C", "E", "F"];

await check("13.2", () => unfair);
