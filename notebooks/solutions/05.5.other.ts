const toyCounts: (session: Session) => Promise<[string, number][]> = async (session) => {
  const sql =
    `SELECT name, (SELECT count(*)::integer FROM toys WHERE user_id = users.id) FROM users ORDER BY name`;
  return (await session.execute(sql)).tuples().all() as [string, number][];
};

await check("05.5", () => ({ toyCounts, url: workbook.url }));
