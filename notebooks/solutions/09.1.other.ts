const knee: (points: { users: number; rate: number }[]) => number = (points) => {
  const byUsers = points.toSorted((a, b) => a.users - b.users);
  const highest = points.reduce((most, { rate }) => Math.max(most, rate), 0);
  return byUsers.find(({ rate }) => rate / highest >= 0.9)!.users;
};

await check("09.1", () => knee);
