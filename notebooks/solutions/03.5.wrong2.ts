const priceNow: (session: Session, toy: Toy) => Promise<number> = async (session, toy) =>
  (await session.scalars(select(Toy).where("id", "=", toy.id))).one().price;

await check("03.5", () => ({ ...shop, priceNow }));
