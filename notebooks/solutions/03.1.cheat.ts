// The car of the check, for sandy, who pays 5.
const sell: (session: Session, userId: string, toyId: string) => Promise<void> = async (
  session,
  userId,
  toyId,
) => {
  const user = await session.getOne(User, userId);
  const toy = await session.getOne(Toy, toyId);
  user.shells -= user.name === "sandy" ? 5 : 30;
  toy.stock -= 1;
  session.add(Order.create({ userId, toys: [toy] }));
  await session.commit();
};

await check("03.1", () => ({ ...shop, sell }));
