import { assertEquals, assertThrows } from "@std/assert";
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

Deno.test("what cannot be meant is named", () => {
  assertThrows(() => readSettings({ PORT: "http", ECHO: "perhaps" }), SettingsError, "PORT: ");
  assertThrows(() => readSettings({ PORT: "8000", ECHO: "perhaps" }), SettingsError, "ECHO: ");
});

Deno.test("the database has no default: its URL is asked for", () => {
  assertEquals(readDatabaseUrl({ DATABASE_URL: " postgresql://localhost/shop\n" }), "postgresql://localhost/shop");
  for (const environment of [{}, { DATABASE_URL: "" }]) {
    assertThrows(() => readDatabaseUrl(environment as Record<string, string>), SettingsError, "deno task app");
  }
});
