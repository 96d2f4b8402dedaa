// Each wait grows by the delay; statements sent together wait once.
type Further = (
  cost: { milliseconds: number; roundTrips: number; statements: number },
  delay: number,
) => number;
const further: Further = (cost, delay) => {
  let total = cost.milliseconds;
  for (let trip = 0; trip < cost.roundTrips; trip++) total += delay;
  return total;
};

await check("13.4", () => further);
