const everything: (session: Session) => Promise<User[]> = async (session) => {
  const statement = select(User).options(
    joinedload("team"),
    joinedload("toys"),
    selectinload("letters"),
  );
  return (await session.scalars(statement)).unique().all();
};

await check("05.4", () => ({ everything, url: workbook.url }));
