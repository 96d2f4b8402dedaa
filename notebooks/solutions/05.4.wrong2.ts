const everything: (session: Session) => Promise<User[]> = async (session) => {
  const statement = select(User)
    .options(selectinload("team"), selectinload("toys"), selectinload("letters"));
  return (await session.scalars(statement)).all();
};

await check("05.4", () => ({ everything, url: workbook.url }));
