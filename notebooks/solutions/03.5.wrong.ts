const priceNow: (session: Session, toy: Toy) => Promise<number> = async (session, toy) =>
  (await session.getOne(Toy, toy.id)).price;

await check("03.5", () => ({ ...shop, priceNow }));
