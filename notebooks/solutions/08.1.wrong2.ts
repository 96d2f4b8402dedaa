const addDelete: (application: OpenAPIHono, sessions: Sessions<Session>) => void = (
  application,
  sessions,
) => {
  application.delete(
    "/toys/:id",
    (context) =>
      sessions.write(async (session) => {
        const toy = await session.getOne(Toy, context.req.param("id"));
        session.delete(toy);
        return context.body(null, 204);
      }),
  );
};

await check("08.1", () => ({ url: workbook.url, addDelete }));
