// Faster means that one interval ends before the other begins; otherwise it is not known.
type Faster = (a: Interval, b: Interval) => "a" | "b" | "not known";
const faster: Faster = (a, b) => {
  const overlap = Math.max(a[0], b[0]) <= Math.min(a[1], b[1]);
  if (overlap) return "not known";
  return a[0] < b[0] ? "a" : "b";
};

await check("13.1", () => faster);
