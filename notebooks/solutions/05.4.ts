// Each user has one team, so the join repeats nothing; each collection has its own SELECT, so
// they do not multiply.
const everything: (session: Session) => Promise<User[]> = async (session) => {
  const statement = select(User)
    .options(joinedload("team"), selectinload("toys"), selectinload("letters"));
  return (await session.scalars(statement)).all();
};

await check("05.4", () => ({ everything, url: workbook.url }));
