const phantom: (level: IsolationLevel) => Script<Connection> = (level) => ({
  steps: [
    ["sandy", begin(level)],
    ["patrick", begin(level)],
    ["sandy", "SELECT count(*) FROM toys"],
    ["patrick", "INSERT INTO toys VALUES (3, 'kite')"],
    ["sandy", "SELECT count(*) FROM toys"],
    ["sandy", "COMMIT"],
    ["patrick", "COMMIT"],
  ],
});

await check("11.1", () => ({ url: workbook.url, phantom }));
