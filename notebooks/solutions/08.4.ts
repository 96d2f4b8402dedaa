// One statement for the users, one for all their toys.
const counts: (session: Session) => Promise<{ name: string; toys: number }[]> = async (
  session,
) => {
  const users = await session.scalars(
    select(User).orderBy("name").options(selectinload("toys")),
  );
  return users.all().map(({ name, toys }) => ({ name, toys: toys.size }));
};

await check("08.4", () => ({ url: workbook.url, counts }));
