const sell: (session: Session, userId: string, toyId: string) => Promise<void> = async (
  session,
  userId,
  toyId,
) => {
  const user = await session.getOne(User, userId);
  const toy = await session.getOne(Toy, toyId);
  session.add(Order.create({ userId, toys: [toy] }));
  await session.commit();
  user.shells -= toy.price;
  toy.stock -= 1;
  await session.commit();
};

await check("03.1", () => ({ ...shop, sell }));
