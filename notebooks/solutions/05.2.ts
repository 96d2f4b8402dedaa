// One SELECT per level, not per row. Collections are ordered by key, so sort the names here.
const roster: (session: Session) => Promise<string[]> = async (session) => {
  const statement = select(Team).orderBy("name")
    .options(selectinload("members", selectinload("toys")));
  return (await session.scalars(statement)).all().flatMap((team) =>
    [...team.members].sort((a, b) => a.name < b.name ? -1 : 1)
      .map((user) => `${team.name}: ${user.name} has ${user.toys.size} toys`)
  );
};

await check("05.2", () => ({ roster, url: workbook.url }));
