const shopUrl: string =
  "postgresql+postgres://%73andy:squirrel%40home%2f1@db.example.org:6543/shop";

await check("01.1", () => shopUrl);
