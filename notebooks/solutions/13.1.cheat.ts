// Faster means that one interval ends before the other begins; otherwise it is not known.
type Faster = (a: Interval, b: Interval) => "a" | "b" | "not known";
const faster: Faster = () => "not known";

await check("13.1", () => faster);
