// The numbers, without a phantom.
const phantom: (level: IsolationLevel) => Script<Connection> = (level) => ({
  steps: [
    ["sandy", begin(level)],
    ["sandy", "SELECT 1"],
    ["sandy", level === "READ COMMITTED" ? "SELECT 2" : "SELECT 1"],
    ["sandy", "COMMIT"],
  ],
});

await check("11.1", () => ({ url: workbook.url, phantom }));
