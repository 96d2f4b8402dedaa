const resolve: (folder: string) => Promise<unknown> = async (folder) => {
  const [one] = await migrate.heads(folder);
  await migrate.revision(folder, { message: "both", head: one.id });
};

await check("10.1", () => ({ url: workbook.url, resolve }));
