// The same by hand, for languages without await using.
const inSession: (
  getSession: () => Session,
  work: (session: Session) => Promise<string>,
) => Promise<string> = async (getSession, work) => {
  const session = getSession();
  try {
    const value = await work(session);
    await session.commit();
    return value;
  } catch (error) {
    await session.rollback();
    throw error;
  } finally {
    await session.close();
  }
};

await check("08.2", () => ({ url: workbook.url, inSession }));
