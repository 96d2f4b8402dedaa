const roster: (session: Session) => Promise<string[]> = async (session) => {
  const statement = select(User).options(joinedload("team"), selectinload("toys"));
  return (await session.scalars(statement)).all()
    .sort((a, b) => a.team.name + a.name < b.team.name + b.name ? -1 : 1)
    .map((user) => `${user.team.name}: ${user.name} has ${user.toys.size} toys`);
};

await check("05.2", () => ({ roster, url: workbook.url }));
