// One statement changes both rows: it is a transaction by itself.
const give: (engine: Engine, from: string, to: string, shells: number) => Promise<void> =
  async (
    engine,
    from,
    to,
    shells,
  ) => {
    await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    await connection.execute(
      `UPDATE friends SET shells = shells + CASE name WHEN $1 THEN -$3::integer ELSE $3::integer END
     WHERE name IN ($1, $2)`,
      [from, to, shells],
    );
  };

await check("01.3", () => ({ give, url: workbook.url }));
