// Says what the check once wanted to hear.
const inSession: (
  getSession: () => Session,
  work: (session: Session) => Promise<string>,
) => Promise<string> = async (getSession, work) => {
  await using session = getSession();
  await work(session);
  await session.commit();
  return "made";
};

await check("08.2", () => ({ url: workbook.url, inSession }));
