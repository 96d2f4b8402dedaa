// Each statement is sent when ask() is called; only then is any of them awaited.
const page: (engine: Engine) => Promise<{ hero: unknown; shells: unknown; toys: unknown }> =
  async (engine) => {
    const hero = ask(engine, "SELECT 'sandy' FROM pg_sleep(0.1)");
    const shells = ask(engine, "SELECT 20 FROM pg_sleep(0.1)");
    const toys = ask(engine, "SELECT 3 FROM pg_sleep(0.1)");
    return { hero: await hero, shells: await shells, toys: await toys };
  };

await check("07.1", () => ({ url: workbook.url, page }));
