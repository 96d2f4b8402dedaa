const shopUrl: string =
  "postgresql+postgres://sandy:squirrel%40home/1@db.example.org:6543/shop";

await check("01.1", () => shopUrl);
