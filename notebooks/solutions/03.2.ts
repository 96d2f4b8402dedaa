const rowsToWrite: (session: Session) => number = (session) =>
  session.diff().reduce((sum, step) => sum + step.entities.length, 0);

await check("03.2", () => ({ ...shop, rowsToWrite }));
