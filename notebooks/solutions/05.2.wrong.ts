const roster: (session: Session) => Promise<string[]> = async (session) => {
  const lines: string[] = [];
  const teams = await session.scalars(
    select(Team).orderBy("name").options(selectinload("members")),
  );
  for (const team of teams) {
    for (const user of [...team.members].sort((a, b) => a.name < b.name ? -1 : 1)) {
      lines.push(`${team.name}: ${user.name} has ${(await toysOf(session, user)).length} toys`);
    }
  }
  return lines;
};

await check("05.2", () => ({ roster, url: workbook.url }));
