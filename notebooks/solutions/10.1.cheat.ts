// One head, because the second revision now follows the first.
const resolve: (folder: string) => Promise<unknown> = async (folder) => {
  const [one, two] = await migrate.heads(folder);
  const text = await Deno.readTextFile(two.path);
  await Deno.writeTextFile(
    two.path,
    text.replace(/downRevision = [^;]+/, `downRevision = "${one.id}"`),
  );
};

await check("10.1", () => ({ url: workbook.url, resolve }));
