const rowsToWrite: (session: Session) => number = (session) =>
  session.new.size + session.dirty.size + session.deleted.size;

await check("03.2", () => ({ ...shop, rowsToWrite }));
