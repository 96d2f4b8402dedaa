// get() and DELETE run in one transaction; write() commits when the function returns.
const addDelete: (application: OpenAPIHono, sessions: Sessions<Session>) => void = (
  application,
  sessions,
) => {
  application.delete(
    "/toys/:id",
    (context) =>
      sessions.write(async (session) => {
        const toy = await session.get(Toy, context.req.param("id"));
        if (toy === null) return context.json({ detail: "There is no such toy." }, 404);
        session.delete(toy);
        return context.body(null, 204);
      }),
  );
};

await check("08.1", () => ({ url: workbook.url, addDelete }));
