// count(toys.id) ignores the NULL that a LEFT JOIN yields for a user without toys.
const toyCounts: (session: Session) => Promise<[string, number][]> = async (session) => {
  const counts = db.selectFrom("users").leftJoin("toys", "toys.user_id", "users.id")
    .select(["users.name", sql<number>`count(toys.id)::int`.as("toys")])
    .groupBy("users.id").orderBy("users.name");
  return (await session.execute(counts)).tuples().all() as [string, number][];
};

await check("05.5", () => ({ toyCounts, url: workbook.url }));
