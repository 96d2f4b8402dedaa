const sql: string = "SELECT 6 + 7";

await check("00.1", () => ({ sql, ask }));
