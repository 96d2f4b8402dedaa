import { assertEquals } from "@std/assert";
import { masked, throughPort, withAddress, withDatabase, withoutDriver, withStartupOption } from "./connection_url.ts";

Deno.test("withoutDriver takes the driver out of the scheme and nothing else", () => {
  assertEquals(withoutDriver("postgresql+pg://u:p%40@h:1/d?a=b"), "postgresql://u:p%40@h:1/d?a=b");
  assertEquals(withoutDriver("postgres+postgres://h/d"), "postgres://h/d");
  assertEquals(withoutDriver("postgresql://u:a+b:c@h/d"), "postgresql://u:a+b:c@h/d");
  assertEquals(withoutDriver("no url"), "no url");
});

Deno.test("withDatabase names another database and keeps the rest", () => {
  assertEquals(
    withDatabase("postgresql+pg://u:p@h:1/old?sslmode=require", "new"),
    "postgresql://u:p@h:1/new?sslmode=require",
  );
  assertEquals(withDatabase("postgresql://u@h", "new"), "postgresql://u@h/new");
  assertEquals(withDatabase("postgresql:///old?host=/run/pg", "new"), "postgresql:///new?host=/run/pg");
  assertEquals(withDatabase("postgresql://[::1]:5432/old", "a b"), "postgresql://[::1]:5432/a%20b");
});

Deno.test("withAddress leads to another host and port, as the same role to the same database", () => {
  const moved = (url: string) => withAddress(url, "127.0.0.1", 9);
  assertEquals(
    moved("postgresql+pg://u:p%40@h:1/d?sslmode=require"),
    "postgresql://u:p%40@127.0.0.1:9/d?sslmode=require",
  );
  assertEquals(moved("postgresql://h/d"), "postgresql://127.0.0.1:9/d");
  assertEquals(moved("postgresql://u@[::1]:5432/d"), "postgresql://u@127.0.0.1:9/d");
});

Deno.test("withStartupOption adds to the options that are there", () => {
  const option = "-csearch_path=mine";
  assertEquals(withStartupOption("postgresql://u@h/d", option), "postgresql://u@h/d?options=-csearch_path%3Dmine");
  assertEquals(withStartupOption("postgresql://h", option), "postgresql://h/?options=-csearch_path%3Dmine");
  assertEquals(
    withStartupOption("postgresql+pg://u@h/d?options=-cjit%3Doff&sslmode=require", option),
    "postgresql://u@h/d?sslmode=require&options=-cjit%3Doff%20-csearch_path%3Dmine",
  );
});

Deno.test("masked hides the password and leaves a URL without one alone", () => {
  assertEquals(masked("postgresql://ada:s3cret@h:5432/d"), "postgresql://ada:***@h:5432/d");
  assertEquals(masked("postgresql+pg://ada:s3@cret:x@h/d"), "postgresql+pg://ada:***@h/d");
  assertEquals(masked("postgresql://:s3cret@h/d"), "postgresql://:***@h/d");
  assertEquals(masked("postgresql:///d?host=/run&password=s3cret"), "postgresql:///d?host=/run&password=***");
  assertEquals(masked("postgresql://ada@h/d"), "postgresql://ada@h/d");
  assertEquals(masked("postgresql://h:5432/d"), "postgresql://h:5432/d");
});

Deno.test("a URL through a port keeps all but the address and the encryption", () => {
  const through = (url: string) => throughPort(url, 7000);
  assertEquals(
    through("postgresql+pg://ada:p%40ss@db.example:5433/shop?sslmode=verify-full&application_name=a&sslrootcert=x"),
    "postgresql://ada:p%40ss@127.0.0.1:7000/shop?application_name=a&sslmode=disable",
  );
  assertEquals(through("postgresql:///shop?host=/tmp"), "postgresql://127.0.0.1:7000/shop?sslmode=disable");
});
