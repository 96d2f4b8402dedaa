import { assertEquals } from "@std/assert";
import type { Load } from "./generator.ts";
import { loadName, plan } from "./plan.ts";

const loads: Load[] = [{ loop: "closed", users: 1, think: [0, 0] }, { loop: "open", rate: 50, connections: 4 }];

Deno.test("the applications take turns under each load, another one first each time", () => {
  const runs = plan({ drivers: ["a", "b", "c"], loads, rounds: 2 });
  assertEquals(runs.map(({ round, load, driver }) => `${round} ${load.loop} ${driver}`), [
    ...["1 closed a", "1 closed b", "1 closed c"],
    ...["1 open b", "1 open c", "1 open a"],
    ...["2 closed b", "2 closed c", "2 closed a"],
    ...["2 open c", "2 open a", "2 open b"],
  ]);
});

Deno.test("loads have names", () => {
  assertEquals(loads.map(loadName), ["closed, 1 user", "open, 50 requests/s"]);
});
