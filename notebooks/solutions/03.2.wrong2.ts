const rowsToWrite: (session: Session) => number = (session) => session.diff().length;

await check("03.2", () => ({ ...shop, rowsToWrite }));
