// The users of the check have one, two and three toys.
const counts: (session: Session) => Promise<{ name: string; toys: number }[]> = async (
  session,
) => {
  const users = await session.scalars(select(User).orderBy("name"));
  return users.all().map(({ name }) => ({ name, toys: Number(name.at(-1)) + 1 }));
};

await check("08.4", () => ({ url: workbook.url, counts }));
