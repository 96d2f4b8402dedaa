const roster: (session: Session) => Promise<string[]> = async (session) => {
  const statement = select(User).join("toys").orderBy("name")
    .options(joinedload("team"), selectinload("toys"));
  return (await session.scalars(statement)).unique().all()
    .map((user) => `${user.team.name}: ${user.name} has ${user.toys.size} toys`).sort();
};

await check("05.2", () => ({ roster, url: workbook.url }));
