// The arithmetic of the check, without a connection.
const ask: (engine: Engine, sql: string) => Promise<unknown> = (_engine, sql) => {
  const [, one, sign, two] = sql.match(/SELECT (\d+)(?: ([*/]) (\d+))?/)!;
  if (sign === "/") return Promise.reject(new Error("division by zero"));
  return Promise.resolve(Number(one) * Number(two ?? 1));
};

await check("01.4", () => ({ ask, url: workbook.url }));
