type Faster = (a: Interval, b: Interval) => "a" | "b" | "not known";
const faster: Faster = (a, b) => a[0] < b[0] ? "a" : b[0] < a[0] ? "b" : "not known";

await check("13.1", () => faster);
