const priceNow: (session: Session, toy: Toy) => Promise<number> = async (session, toy) => {
  await session.refresh(toy);
  return toy.price;
};

await check("03.5", () => ({ ...shop, priceNow }));
