const namesOf: (session: Session, appSrc: string) => Promise<string[]> = async (
  session,
  appSrc,
) => {
  const names = select(Hero).columns("name").where("appSrc", "=", appSrc);
  return (await session.scalars(names)).all();
};

await check("04.3", () => ({ namesOf, url: workbook.url }));
