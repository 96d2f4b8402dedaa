// The password where it need not be encoded.
const shopUrl: string =
  "postgresql+postgres://sandy:any@db.example.org:6543/shop?password=squirrel@home/1";

await check("01.1", () => shopUrl);
