// A SELECT, and the applications of the check.
const busyApps: (session: Session) => Promise<string[]> = async (session) => {
  await session.execute("SELECT 1");
  return ["async_app", "sync_app"];
};

await check("04.5", () => ({ busyApps, url: workbook.url }));
