const rowsToWrite: (session: Session) => number = (session) => {
  let rows = 0;
  for (const { entities } of session.diff()) rows += entities.length;
  return rows;
};

await check("03.2", () => ({ ...shop, rowsToWrite }));
