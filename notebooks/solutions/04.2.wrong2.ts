const findHero: (session: Session, name: string) => Promise<Hero | null> = async (
  session,
  name,
) => (await session.execute(select(Hero).where("name", "=", name))).scalarOne();

await check("04.2", () => ({ findHero, url: workbook.url }));
