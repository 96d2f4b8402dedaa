// Only the level differs: with a snapshot of the whole transaction the new row is not there the second time either.
const phantom: (level: IsolationLevel) => Script<Connection> = (level) => ({
  steps: [
    ["sandy", begin(level)],
    ["sandy", "SELECT count(*) FROM toys"],
    ["patrick", "INSERT INTO toys VALUES (3, 'kite')"],
    ["sandy", "SELECT count(*) FROM toys"],
    ["sandy", "COMMIT"],
  ],
});

await check("11.1", () => ({ url: workbook.url, phantom }));
