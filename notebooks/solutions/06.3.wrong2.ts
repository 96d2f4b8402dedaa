const files = await Promise.all(
  (await migrate.list(inherited)).map(async ({ id, path }) => ({
    id,
    text: await Deno.readTextFile(path),
  })),
);
const culprit: string = files.find(({ text }) => text.includes("ADD COLUMN motto"))!.id;

await check("06.3", () => ({ url: workbook.url, folder: inherited, culprit }));
