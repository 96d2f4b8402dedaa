import { assert, assertEquals, assertRejects } from "@std/assert";
import { DRIVERS } from "../../app/drivers.ts";
import { StoppedError } from "../errors.ts";
import { databaseUrl } from "../database_url.ts";
import { databasesOf } from "../temporary_database.ts";
import { withClient } from "../admin_client.ts";
import type { Settings } from "./plan.ts";
import { runAll } from "./run.ts";

const settings: Settings = {
  drivers: DRIVERS,
  loads: [{ loop: "closed", users: 4, think: [0, 0] }, { loop: "open", rate: 50, connections: 8 }],
  delays: [1],
  rounds: 1,
  warmUp: 0.2,
  seconds: 1,
  workers: 2,
  pool: 3,
  host: "127.0.0.1",
};

/** Databases of load tests and child processes of this process; other tests may run at the same time. */
async function leftBehind(): Promise<string[]> {
  const databases = await withClient(await databaseUrl(), (client) => databasesOf(client));
  return [...databases.filter((name) => name.startsWith("test_load_")), ...await children()];
}

/** Only Linux tells the children of a process without another program. */
async function children(): Promise<string[]> {
  const found: string[] = [];
  if (Deno.build.os !== "linux") return found;
  for await (const { name } of Deno.readDir(`/proc/${Deno.pid}/task`)) {
    const list = await Deno.readTextFile(`/proc/${Deno.pid}/task/${name}/children`).catch(() => "");
    found.push(...list.trim().split(" ").filter((pid) => pid !== ""));
  }
  return found;
}

Deno.test("both loops on every application: counts add up, no answer is bad, nothing is left behind", async () => {
  const before = await leftBehind();
  const { runs } = await runAll(settings, () => {}, new AbortController().signal);
  assertEquals(
    runs.map(({ driver, load }) => `${load.loop} ${driver}`).sort(),
    ["closed", "open"].flatMap((loop) => DRIVERS.map((driver) => `${loop} ${driver}`)).sort(),
  );
  for (const run of runs) {
    const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
    assert(run.requests > 0);
    assertEquals(sum(Object.values(run.statuses)), run.requests);
    assertEquals(sum(Object.values(run.endpoints).map(({ requests }) => requests)), run.requests);
    assertEquals(Object.keys(run.statuses).filter((status) => !["200", "201"].includes(status)), []);
    assert(run.roundTrip >= 1, `a round trip of ${run.roundTrip} ms`);
    if (Deno.build.os === "linux") assert(run.cores.application! > 0);
  }
  assertEquals(await leftBehind(), before);
});

Deno.test("stopped in the middle: what was started is ended", async () => {
  const before = await leftBehind();
  const stop = new AbortController();
  let begun = 0;
  const onRun = () => {
    if (++begun > settings.drivers.length) setTimeout(() => stop.abort(new StoppedError("stopped")), 500);
  };
  await assertRejects(() => runAll(settings, onRun, stop.signal), StoppedError);
  assertEquals(await leftBehind(), before);
});
