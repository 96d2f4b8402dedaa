const knee: (points: { users: number; rate: number }[]) => number = (points) =>
  points.reduce((best, point) => point.rate > best.rate ? point : best).users;

await check("09.1", () => knee);
