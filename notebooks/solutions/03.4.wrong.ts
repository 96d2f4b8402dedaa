const addUsers: (session: Session, names: string[]) => Promise<string[]> = async (
  session,
  names,
) => {
  const refused: string[] = [];
  for (const name of names) {
    try {
      session.add(new User({ name, shells: 0 }));
      await session.flush();
    } catch {
      refused.push(name);
      await session.rollback();
    }
  }
  await session.commit();
  return refused;
};

await check("03.4", () => ({ ...shop, addUsers }));
