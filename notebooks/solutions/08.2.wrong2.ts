const inSession: (
  getSession: () => Session,
  work: (session: Session) => Promise<string>,
) => Promise<string> = async (getSession, work) => {
  const session = getSession();
  let value = "";
  try {
    value = await work(session);
  } finally {
    await session.commit();
    await session.close();
  }
  return value;
};

await check("08.2", () => ({ url: workbook.url, inSession }));
