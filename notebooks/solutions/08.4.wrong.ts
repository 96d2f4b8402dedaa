const counts: (session: Session) => Promise<{ name: string; toys: number }[]> = async (
  session,
) => {
  const result = [];
  for (const user of await session.scalars(select(User).orderBy("name"))) {
    const withToys = await session.scalars(
      select(User).where("id", "=", user.id).options(selectinload("toys")),
    );
    result.push({ name: user.name, toys: withToys.one().toys.size });
  }
  return result;
};

await check("08.4", () => ({ url: workbook.url, counts }));
