// The limit is inside of the subquery, so it counts users; unique() makes one user of the rows of each.
const firstPage: (session: Session, size: number) => Promise<User[]> = async (
  session,
  size,
) => {
  const page = select(User).orderBy("name").limit(size).options(joinedload("toys"));
  return (await session.scalars(page)).unique().all();
};

await check("05.3", () => ({ firstPage, url: workbook.url }));
