type Further = (
  cost: { milliseconds: number; roundTrips: number; statements: number },
  delay: number,
) => number;
const further: Further = ({ milliseconds }, delay) => milliseconds + delay;

await check("13.4", () => further);
