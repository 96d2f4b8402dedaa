// The smallest number of users that reaches 90% of the highest rate.
const knee: (points: { users: number; rate: number }[]) => number = (points) => {
  const most = Math.max(...points.map(({ rate }) => rate));
  return Math.min(...points.filter(({ rate }) => rate >= 0.9 * most).map(({ users }) => users));
};

await check("09.1", () => knee);
