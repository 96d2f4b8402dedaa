const nextPage: (session: Session, last: number, size: number) => Promise<Hero[]> = async (
  session,
  last,
  size,
) => {
  const page = select(Hero).where("id", ">", last).orderBy("id").limit(size);
  return (await session.scalars(page)).all();
};

await check("04.4", () => ({ nextPage, url: workbook.url }));
