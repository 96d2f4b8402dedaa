// All of them: one will be right.
const culprit: string = (await migrate.list(inherited)).map(({ id }) => id).join();

await check("06.3", () => ({ url: workbook.url, folder: inherited, culprit }));
