// The two change different columns, so a revision with both as parents is enough.
const resolve: (folder: string) => Promise<unknown> = (folder) =>
  migrate.merge(folder, { revisions: ["heads"] });

await check("10.1", () => ({ url: workbook.url, resolve }));
