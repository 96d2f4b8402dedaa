const toyCounts: (session: Session) => Promise<[string, number][]> = async (session) => {
  const users = await session.scalars(select(User).orderBy("name").options(joinedload("toys")));
  return users.unique().all().map((user) => [user.name, user.toys.size]);
};

await check("05.5", () => ({ toyCounts, url: workbook.url }));
