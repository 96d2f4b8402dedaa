const firstPage: (session: Session, size: number) => Promise<User[]> = async (
  session,
  size,
) => {
  const page = select(User).orderBy("name").limit(size).options(selectinload("toys"));
  return (await session.scalars(page)).all();
};

await check("05.3", () => ({ firstPage, url: workbook.url }));
