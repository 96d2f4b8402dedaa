/**
 * A stream needs as much memory as a partition, however many rows there are: each in a process of its own.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { testDatabase } from "../../testing/test_database.ts";
import { onDriver } from "../../testing/ways.ts";

const database = testDatabase(import.meta.url);
const ROWS = 300_000; // enough for garbage that only a full collection finds to pile up
const MOST = 100_000_000;
const script = fileURLToPath(new URL("../../testing/stream_many.ts", import.meta.url));

for (const driver of ["pg", "postgres", "wire", "libpq"]) {
  for (const what of ["rows", "objects", ...(driver === "libpq" ? ["objects, blocking"] : [])]) {
    database.test(`${driver}: ${ROWS} ${what} in less than 100 MB`, async (url) => {
      const args = [
        "run",
        "-A",
        "--no-check",
        script,
        onDriver(url, driver),
        `${ROWS}`,
        what,
      ];
      const { stdout, success } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
      const { seen, most } = JSON.parse(new TextDecoder().decode(stdout));
      assertEquals([success, seen, most < MOST ? "less" : `${most} bytes`], [true, ROWS, "less"]);
    });
  }
}
