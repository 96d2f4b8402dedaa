// Each wait grows by the delay; statements sent together wait once.
type Further = (
  cost: { milliseconds: number; roundTrips: number; statements: number },
  delay: number,
) => number;
const further: Further = ({ milliseconds }) => milliseconds + 3;

await check("13.4", () => further);
