// The team is one a user and repeats nothing; each collection has a SELECT of its own, so they do not multiply.
const everything: (session: Session) => Promise<User[]> = async (session) => {
  const statement = select(User)
    .options(joinedload("team"), selectinload("toys"), selectinload("letters"));
  return (await session.scalars(statement)).all();
};

await check("05.4", () => ({ everything, url: workbook.url }));
