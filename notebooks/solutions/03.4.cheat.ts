// The three names of the check.
const addUsers: (session: Session, names: string[]) => Promise<string[]> = async (
  session,
  names,
) => {
  session.addAll(
    names.filter((name) => name !== "sandy").map((name) => new User({ name, shells: 0 })),
  );
  await session.commit();
  return ["sandy"];
};

await check("03.4", () => ({ ...shop, addUsers }));
