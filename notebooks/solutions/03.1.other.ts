// Both rows are locked and changed by the server; the order is an object.
const sell: (session: Session, userId: string, toyId: string) => Promise<void> = async (
  session,
  userId,
  toyId,
) => {
  const [price] = (await session.scalars<number>(
    "UPDATE toys SET stock = stock - 1 WHERE id = $1 RETURNING price",
    [toyId],
  )).all();
  await session.execute("UPDATE users SET shells = shells - $1 WHERE id = $2", [price, userId]);
  const toy = await session.getOne(Toy, toyId);
  session.add(Order.create({ user: await session.getOne(User, userId), toys: [toy] }));
  await session.commit();
};

await check("03.1", () => ({ ...shop, sell }));
