const phantom: (level: IsolationLevel) => Script<Connection> = (level) => ({
  steps: [
    ["sandy", begin(level)],
    ["sandy", "SELECT name FROM toys ORDER BY id"],
    ["patrick", "BEGIN"],
    ["patrick", "INSERT INTO toys VALUES (3, 'kite')"],
    ["patrick", "COMMIT"],
    ["sandy", "SELECT name FROM toys ORDER BY id"],
    ["sandy", "COMMIT"],
  ],
});

await check("11.1", () => ({ url: workbook.url, phantom }));
