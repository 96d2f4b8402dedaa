const sell: (session: Session, userId: string, toyId: string) => Promise<void> = async (
  session,
  userId,
  toyId,
) => {
  const user = await session.getOne(User, userId);
  const toy = await session.getOne(Toy, toyId);
  user.shells -= toy.price;
  toy.stock -= 1;
  session.add(Order.create({ userId, toys: [toy] }));
  await session.flush();
};

await check("03.1", () => ({ ...shop, sell }));
