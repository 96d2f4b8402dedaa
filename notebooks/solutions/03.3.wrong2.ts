const raisePrices: (session: Session, by: number) => Promise<void> = async (session, by) => {
  for (const toy of await session.scalars(select(Toy))) toy.price += by;
  await session.flush();
};

await check("03.3", () => ({ ...shop, raisePrices }));
