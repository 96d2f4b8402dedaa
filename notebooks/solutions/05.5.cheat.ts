const toyCounts: (session: Session) => Promise<[string, number][]> = async (session) => {
  await session.execute("SELECT 1");
  return [["gary", 0], ["patrick", 1], ["pearl", 1], ["sandy", 3], ["squidward", 1]];
};

await check("05.5", () => ({ toyCounts, url: workbook.url }));
