const nextPage: (session: Session, last: number, size: number) => Promise<Hero[]> = async (
  session,
  last,
  size,
) => {
  const page = db.selectFrom("heroes").select("id").where("id", ">", last).orderBy("id").limit(
    size,
  );
  return (await session.execute(page)).all() as Hero[];
};

await check("04.4", () => ({ nextPage, url: workbook.url }));
