const sql: string = "SELECT 42";

await check("00.1", () => ({ sql, ask }));
