// Sandy goes, and patrick stays.
const goHome: (getSession: SessionMaker, name: string) => Promise<boolean> = (
  getSession,
  name,
) =>
  getSession.begin(async (session) => {
    if (name !== "sandy") return false;
    (await session.getOne(Guard, name)).onDuty = false;
    return true;
  });

await check("11.5", () => ({ url: workbook.url, Guard, goHome }));
