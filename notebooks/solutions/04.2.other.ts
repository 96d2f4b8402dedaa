const findHero: (session: Session, name: string) => Promise<Hero | null> = async (
  session,
  name,
) => {
  const found = await session.scalars(select(Hero).where("name", "=", name).limit(2));
  return found.oneOrNone();
};

await check("04.2", () => ({ findHero, url: workbook.url }));
