const knee: (points: { users: number; rate: number }[]) => number = (points) => {
  const most = Math.max(...points.map(({ rate }) => rate));
  return points.find(({ rate }) => rate >= 0.9 * most)!.users;
};

await check("09.1", () => knee);
