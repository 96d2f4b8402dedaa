const busyApps: (session: Session) => Promise<string[]> = async (session) => {
  const heroes = (await session.scalars(select(Hero))).all();
  const byApp = Map.groupBy(
    heroes.filter((hero) => hero.appSrc !== null),
    (hero) => hero.appSrc!,
  );
  return [...byApp].filter(([, its]) => its.length >= 2).map(([app]) => app).sort();
};

await check("04.5", () => ({ busyApps, url: workbook.url }));
