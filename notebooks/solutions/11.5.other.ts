// A lock on all guards, in one order: the second caller waits, and then sees one on duty.
const goHome: (getSession: SessionMaker, name: string) => Promise<boolean> = (
  getSession,
  name,
) =>
  getSession.begin(async (session) => {
    const all = (await session.scalars(select(Guard).orderBy("name").withForUpdate())).all();
    if (all.filter(({ onDuty }) => onDuty).length < 2) return false;
    all.find((guard) => guard.name === name)!.onDuty = false;
    return true;
  });

await check("11.5", () => ({ url: workbook.url, Guard, goHome }));
