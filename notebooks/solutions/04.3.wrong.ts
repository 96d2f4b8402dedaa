const namesOf: (session: Session, appSrc: string) => Promise<string[]> = async (
  session,
  appSrc,
) => {
  const heroes = await session.scalars(
    select(Hero).where("appSrc", "=", appSrc).orderBy("name"),
  );
  return heroes.all().map((hero) => hero.name);
};

await check("04.3", () => ({ namesOf, url: workbook.url }));
