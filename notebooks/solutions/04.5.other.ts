const busyApps: (session: Session) => Promise<string[]> = async (session) => {
  const sql = `SELECT app_src FROM heroes WHERE app_src IS NOT NULL
    GROUP BY app_src HAVING count(*) > 1 ORDER BY app_src`;
  return (await session.scalars(sql)).all() as string[];
};

await check("04.5", () => ({ busyApps, url: workbook.url }));
