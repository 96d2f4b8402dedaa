type Faster = (a: Interval, b: Interval) => "a" | "b" | "not known";
const faster: Faster = (a, b) => a[0] + a[1] < b[0] + b[1] ? "a" : "b";

await check("13.1", () => faster);
