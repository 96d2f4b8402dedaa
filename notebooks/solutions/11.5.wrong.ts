const goHome: (getSession: SessionMaker, name: string) => Promise<boolean> = (
  getSession,
  name,
) =>
  getSession.begin(async (session) => {
    const onDuty = (await session.scalars(select(Guard).where("onDuty", "=", true))).all();
    if (onDuty.length < 2) return false;
    onDuty.find((guard) => guard.name === name)!.onDuty = false;
    return true;
  }, { isolationLevel: "SERIALIZABLE" });

await check("11.5", () => ({ url: workbook.url, Guard, goHome }));
