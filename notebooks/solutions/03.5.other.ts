const priceNow: (session: Session, toy: Toy) => Promise<number> = async (session, toy) => {
  const price = select(Toy).columns("price").where("id", "=", toy.id);
  return (await session.scalars(price)).one() as number;
};

await check("03.5", () => ({ ...shop, priceNow }));
