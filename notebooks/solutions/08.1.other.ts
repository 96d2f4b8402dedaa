// The DELETE says itself whether there was a row.
const addDelete: (application: OpenAPIHono, sessions: Sessions<Session>) => void = (
  application,
  sessions,
) => {
  application.delete("/toys/:id", async (context) => {
    const deleted = await sessions.write(async (session) => {
      const sql = "DELETE FROM toys WHERE id = $1";
      return (await session.execute(sql, [context.req.param("id")])).rowCount;
    });
    return deleted === 1 ? context.body(null, 204) : context.json({ detail: "not found" }, 404);
  });
};

await check("08.1", () => ({ url: workbook.url, addDelete }));
