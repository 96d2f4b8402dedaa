const firstPage: (session: Session, size: number) => Promise<User[]> = async (
  session,
  size,
) => {
  const sql = `SELECT name, ARRAY(SELECT toys.name FROM toys WHERE user_id = users.id) AS toys
    FROM users ORDER BY name LIMIT $1`;
  const rows = await session.execute<{ name: string; toys: string[] }>(sql, [size]);
  return rows.all().map(({ name, toys }) => ({
    name,
    toys: toys.map((toy) => ({ name: toy })),
  })) as unknown as User[];
};

await check("05.3", () => ({ firstPage, url: workbook.url }));
