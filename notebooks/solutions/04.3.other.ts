const namesOf: (session: Session, appSrc: string) => Promise<string[]> = async (
  session,
  appSrc,
) => {
  const sql = "SELECT name FROM heroes WHERE app_src = $1 ORDER BY name";
  return (await session.scalars(sql, [appSrc])).all() as string[];
};

await check("04.3", () => ({ namesOf, url: workbook.url }));
