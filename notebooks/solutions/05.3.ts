// The limit is in the subquery, so it counts users; unique() merges the rows of each user.
const firstPage: (session: Session, size: number) => Promise<User[]> = async (
  session,
  size,
) => {
  const page = select(User).orderBy("name").limit(size).options(joinedload("toys"));
  return (await session.scalars(page)).unique().all();
};

await check("05.3", () => ({ firstPage, url: workbook.url }));
