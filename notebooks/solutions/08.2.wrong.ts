const inSession: (
  getSession: () => Session,
  work: (session: Session) => Promise<string>,
) => Promise<string> = async (getSession, work) => {
  const session = getSession();
  const value = await work(session);
  await session.commit();
  await session.close();
  return value;
};

await check("08.2", () => ({ url: workbook.url, inSession }));
