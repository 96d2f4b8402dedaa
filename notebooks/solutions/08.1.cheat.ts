// Whichever toy is asked for, the car goes.
const addDelete: (application: OpenAPIHono, sessions: Sessions<Session>) => void = (
  application,
  sessions,
) => {
  application.delete("/toys/:id", async (context) => {
    const deleted = await sessions.write(async (session) =>
      (await session.execute("DELETE FROM toys WHERE name = 'car'")).rowCount
    );
    return deleted === 1 ? context.body(null, 204) : context.json({}, 404);
  });
};

await check("08.1", () => ({ url: workbook.url, addDelete }));
