const phantom: (level: IsolationLevel) => Script<Connection> = () => ({
  steps: [
    ["sandy", "SELECT count(*) FROM toys"],
    ["patrick", "INSERT INTO toys VALUES (3, 'kite')"],
    ["sandy", "SELECT count(*) FROM toys"],
  ],
});

await check("11.1", () => ({ url: workbook.url, phantom }));
