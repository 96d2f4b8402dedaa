const addUsers: (session: Session, names: string[]) => Promise<string[]> = async (
  session,
  names,
) => {
  const refused: string[] = [];
  for (const name of names) {
    try {
      await using savepoint = await session.beginNested();
      session.add(new User({ name, shells: 0 }));
      await savepoint.commit();
    } catch {
      refused.push(name);
    }
  }
  await session.commit();
  return refused;
};

await check("03.4", () => ({ ...shop, addUsers }));
