const resolve: (folder: string) => Promise<unknown> = async (folder) => {
  const [, second] = await migrate.heads(folder);
  await Deno.remove(second.path);
};

await check("10.1", () => ({ url: workbook.url, resolve }));
