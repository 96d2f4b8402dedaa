// The server skips what is taken, and says what it inserted: no name can be taken in between.
const addUsers: (session: Session, names: string[]) => Promise<string[]> = async (
  session,
  names,
) => {
  const added = await session.scalars<string>(
    `INSERT INTO users (id, name, shells)
     SELECT gen_random_uuid(), unnest($1::text[]), 0 ON CONFLICT (name) DO NOTHING RETURNING name`,
    [names],
  );
  const kept = new Set(added.all());
  await session.commit();
  return names.filter((name) => !kept.has(name));
};

await check("03.4", () => ({ ...shop, addUsers }));
