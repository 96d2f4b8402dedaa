// Other rows (A), no transaction for one (C), another machine load (E), the best call instead of the median (F).
const unfair: string[] = ["A", "C", "E", "F"];

await check("13.2", () => unfair);
