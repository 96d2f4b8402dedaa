// SERIALIZABLE rejects one of two that cannot be ordered; when it is retried, it sees what the other did.
const goHome: (getSession: SessionMaker, name: string) => Promise<boolean> = (
  getSession,
  name,
) =>
  retry(getSession, async (session) => {
    const onDuty = (await session.scalars(select(Guard).where("onDuty", "=", true))).all();
    if (onDuty.length < 2) return false;
    onDuty.find((guard) => guard.name === name)!.onDuty = false;
    return true;
  }, { isolationLevel: "SERIALIZABLE" });

await check("11.5", () => ({ url: workbook.url, Guard, goHome }));
