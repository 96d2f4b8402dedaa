import { assert, assertEquals } from "@std/assert";
import { coresUsed, parseStat, processorTimes } from "./cpu.ts";

const onLinux = Deno.build.os === "linux";

Deno.test("processor time: user and kernel mode, whatever the program is called", () => {
  const numbers = Array.from({ length: 50 }, (_, n) => n); // the state and 10 numbers stand before the two
  assertEquals(parseStat(`12 (a) b (c)) R ${numbers.slice(1).join(" ")}`), (11 + 12) / 100);
});

Deno.test("cores at work: of processes that were there, what they took since; of new ones, all", () => {
  assertEquals(coresUsed(new Map([[1, 10], [2, 5]]), new Map([[1, 11], [3, 0.5]]), 2), 0.75);
});

Deno.test({
  name: `of this process the time is told, of one with another name not${onLinux ? "" : " [only on Linux]"}`,
  ignore: !onLinux,
  async fn() {
    const name = (await Deno.readTextFile(`/proc/${Deno.pid}/comm`)).trim();
    const times = await processorTimes([Deno.pid], name);
    assert(times!.get(Deno.pid)! > 0);
    assertEquals(await processorTimes([Deno.pid], "postgres"), undefined);
  },
});
