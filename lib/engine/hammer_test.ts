/**
 * Whatever happens to 500 tasks on a pool of five: what was answered is true.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { testDatabase } from "../../testing/test_database.ts";
import { EngineUrl } from "./url.ts";

/** Seconds for each driver; `SECONDS=60` hammers longer. */
const SECONDS = Deno.permissions.querySync({ name: "env" }).state === "granted" && Deno.env.get("SECONDS") || "3";
/** Bytes: what a pool of five and 500 tasks may differ by from one moment to another. */
const MOST_GROWTH = 4_000_000;
/** Bytes that Deno keeps of each socket of Node's that was closed, for ever. */
const KEPT_OF_A_SOCKET = 3_000;

const database = testDatabase(import.meta.url);
const script = import.meta.resolve("../../testing/hammer.ts");

for (const [driver, how] of [["pg"], ["postgres"], ["wire"], ["libpq", "threads"]] as const) {
  const title = how ? `${driver} on ${how}` : driver;
  const seed = crypto.getRandomValues(new Int32Array(1))[0];
  database.test(`${title}: errors, aborts, kills and odd texts lose no commit and invent none`, async (plain) => {
    const url = EngineUrl.parse(plain).withDriver(driver).reveal();
    const args = ["run", "-A", "--no-check", "--v8-flags=--expose-gc", script, url, SECONDS, `${seed}`, how ?? ""];
    const { stdout, success } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
    assert(success, `the process failed, with the seed ${seed}`);
    const { wrong, surprises, held, waiting, open, growth, connections, kept, deeds } = JSON.parse(
      new TextDecoder().decode(stdout),
    );
    const found = { wrong, surprises, held, waiting, open };
    assertEquals(found, { wrong: [], surprises: [], held: 0, waiting: 0, open: [] }, `with the seed ${seed}`);
    const most = MOST_GROWTH + connections * KEPT_OF_A_SOCKET;
    assert(growth < most, `the heap grew by ${growth} bytes in ${connections} connections, with the seed ${seed}`);
    assert(kept > 100 && Object.keys(deeds).length === 18, `it did too little: ${JSON.stringify({ kept, deeds })}`);
  });
}
