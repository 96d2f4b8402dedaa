// Calling ask() sends the statement; Promise.all() then waits for all three.
const page: (engine: Engine) => Promise<{ hero: unknown; shells: unknown; toys: unknown }> =
  async (
    engine,
  ) => {
    const [hero, shells, toys] = await Promise.all([
      ask(engine, "SELECT 'sandy' FROM pg_sleep(0.1)"),
      ask(engine, "SELECT 20 FROM pg_sleep(0.1)"),
      ask(engine, "SELECT 3 FROM pg_sleep(0.1)"),
    ]);
    return { hero, shells, toys };
  };

await check("07.1", () => ({ url: workbook.url, page }));
