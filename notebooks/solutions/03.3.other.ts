const raisePrices: (session: Session, by: number) => Promise<void> = async (session, by) => {
  await session.execute("UPDATE toys SET price = price + $1", [by]);
  await session.commit();
};

await check("03.3", () => ({ ...shop, raisePrices }));
