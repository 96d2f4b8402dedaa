const resolve: (folder: string) => Promise<unknown> = async (folder) => {
  const [one, two] = await migrate.heads(folder);
  await migrate.merge(folder, { revisions: [two.id, one.id], message: "both" });
};

await check("10.1", () => ({ url: workbook.url, resolve }));
