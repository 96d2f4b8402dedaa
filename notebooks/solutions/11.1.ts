// Only the level differs: with one snapshot for the whole transaction, the second query does not see the new row.
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
