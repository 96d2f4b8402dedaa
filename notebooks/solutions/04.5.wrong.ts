const busyApps: (session: Session) => Promise<string[]> = async (session) => {
  const apps = db.selectFrom("heroes").select("app_src")
    .groupBy("app_src").having((eb) => eb.fn.countAll(), ">=", 2).orderBy("app_src");
  return (await session.scalars(apps)).all() as string[];
};

await check("04.5", () => ({ busyApps, url: workbook.url }));
