// Faster means that one interval ends before the other begins; otherwise it is not known.
type Faster = (a: Interval, b: Interval) => "a" | "b" | "not known";
const faster: Faster = (a, b) => a[1] < b[0] ? "a" : b[1] < a[0] ? "b" : "not known";

await check("13.1", () => faster);
