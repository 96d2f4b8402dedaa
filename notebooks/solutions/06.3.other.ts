// The files say it: the column came under another name, and one revision gave it this one.
const texts = await Promise.all(
  (await migrate.list(inherited)).map(async ({ id, path }) => ({
    id,
    up: (await Deno.readTextFile(path)).split("function down")[0],
  })),
);
const culprit: string =
  texts.find(({ up }) => up.includes('alterTable("heroes").renameColumn("slogan", "motto")'))!
    .id;

await check("06.3", () => ({ url: workbook.url, folder: inherited, culprit }));
