const page: (engine: Engine) => Promise<{ hero: unknown; shells: unknown; toys: unknown }> =
  async (engine) => {
    const first = ask(engine, "SELECT 'sandy' FROM pg_sleep(0.1)");
    const [hero, shells] = await Promise.all([
      first,
      ask(engine, "SELECT 20 FROM pg_sleep(0.1)"),
    ]);
    return { hero, shells, toys: await ask(engine, "SELECT 3 FROM pg_sleep(0.1)") };
  };

await check("07.1", () => ({ url: workbook.url, page }));
