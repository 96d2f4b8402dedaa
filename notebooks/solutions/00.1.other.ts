const sql: string = "SELECT x * y AS product FROM (VALUES (6, 7)) AS numbers (x, y)";

await check("00.1", () => ({ sql, ask }));
