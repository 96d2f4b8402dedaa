const counts: (session: Session) => Promise<{ name: string; toys: number }[]> = async (
  session,
) => {
  const users = await session.scalars(select(User).options(selectinload("toys")));
  return users.all().map(({ name, toys }) => ({ name, toys: toys.size }))
    .sort((a, b) => b.toys - a.toys);
};

await check("08.4", () => ({ url: workbook.url, counts }));
