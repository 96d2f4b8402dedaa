const findHero: (session: Session, name: string) => Promise<Hero | null> = (session, name) =>
  session.scalar(select(Hero).where("name", "=", name));

await check("04.2", () => ({ findHero, url: workbook.url }));
