import { assertEquals, assertThrows } from "@std/assert";
import { EngineUrl } from "../lib/mod.ts";
import { readDatabaseUrl, readSettings, SettingsError } from "./settings.ts";

Deno.test("what is not set has its default", () => {
  const { host, port, poolSize, echo, requestLog } = readSettings({});
  assertEquals({ host, port, poolSize, echo, requestLog }, {
    host: "127.0.0.1",
    port: 8000,
    poolSize: 10,
    echo: false,
    requestLog: true,
  });
});

Deno.test('numbers are numbers, and "False" is false', () => {
  assertEquals(readSettings({ PORT: "8001", REQUEST_LOG: "False", ECHO: "1" }).port, 8001);
  for (const no of ["False", "false", "0", "no", "off", ""]) assertEquals(readSettings({ ECHO: no }).echo, false);
  for (const yes of ["True", "true", "1", "yes", "on"]) assertEquals(readSettings({ ECHO: yes }).echo, true);
});

Deno.test("a wrong setting is a sentence that names it, what it takes and what it was given", () => {
  const says = (environment: Record<string, string>) =>
    assertThrows(() => readSettings(environment), SettingsError).message;
  assertEquals(
    says({ PORT: "http", ECHO: "perhaps" }),
    'PORT takes a whole number from 0 to 65535, not "http". ECHO takes true or false, not "perhaps".',
  );
  for (const port of ["0x10", "1e3", "", " 80", "65536", "-1", "8000.5"]) {
    assertEquals(says({ PORT: port }), `PORT takes a whole number from 0 to 65535, not ${JSON.stringify(port)}.`);
  }
});

Deno.test("the database has no default: its URL is asked for", () => {
  assertEquals(readDatabaseUrl({ DATABASE_URL: " postgresql://localhost/shop\n" }), "postgresql://localhost/shop");
  for (const environment of [{}, { DATABASE_URL: "" }, { POSTGRES_PORT: "5432", POSTGRES_PASSWORD: "secret" }]) {
    assertThrows(() => readDatabaseUrl(environment as Record<string, string>), SettingsError, "deno task app");
  }
});

Deno.test("parts beside DATABASE_URL: a password needs no encoding, and POSTGRES_HOST makes them count", () => {
  const password = "p@ss%20:/?#[w]ord$'é";
  const url = EngineUrl.parse(
    readDatabaseUrl({ POSTGRES_HOST: "db", POSTGRES_USER: "a:b", POSTGRES_PASSWORD: password }),
  );
  assertEquals([url.host, url.port, url.user, url.password, url.database], ["db", 5432, "a:b", password, "a:b"]);
  assertEquals(
    readDatabaseUrl({ POSTGRES_HOST: "::1", POSTGRES_PORT: "5433", POSTGRES_DB: "shop" }),
    "postgresql://postgres@[::1]:5433/shop",
  );
  assertEquals(
    readDatabaseUrl({ DATABASE_URL: "postgresql://localhost/shop", POSTGRES_HOST: "db" }),
    "postgresql://localhost/shop",
  );
});
