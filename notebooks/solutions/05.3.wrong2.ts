const firstPage: (session: Session, size: number) => Promise<User[]> = async (
  session,
  size,
) => {
  const all = select(User).orderBy("name").options(joinedload("toys"));
  return (await session.scalars(all)).unique().all().slice(0, size);
};

await check("05.3", () => ({ firstPage, url: workbook.url }));
