// close() rolls back uncommitted work, however the block is left.
const inSession: (
  getSession: () => Session,
  work: (session: Session) => Promise<string>,
) => Promise<string> = async (getSession, work) => {
  await using session = getSession();
  const value = await work(session);
  await session.commit();
  return value;
};

await check("08.2", () => ({ url: workbook.url, inSession }));
