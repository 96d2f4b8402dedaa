const namesOf: (session: Session, appSrc: string) => Promise<string[]> = async (
  session,
  appSrc,
) => {
  const sql = "SELECT name, id FROM heroes WHERE app_src = $1 ORDER BY name";
  return (await session.scalars<{ name: string }>(sql, [appSrc])).all();
};

await check("04.3", () => ({ namesOf, url: workbook.url }));
