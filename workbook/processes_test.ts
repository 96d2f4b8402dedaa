import { assertMatch, assertRejects } from "@std/assert";
import { SetupError, StoppedError } from "./errors.ts";
import { processTable, run } from "./processes.ts";

const forever = ["eval", "setInterval(() => {}, 1000); console.log('started')"];

Deno.test("a program that does not end is ended, and the error says what to do", async () => {
  const error = await assertRejects(
    () => run(Deno.execPath(), forever, { limit: 0.2, advice: "look at the network" }),
    SetupError,
  );
  assertMatch(error.message, /deno.* was terminated after 0\.2 s: look at the network\.$/);
});

Deno.test("one that is stopped is told apart from one that is late", async () => {
  const stop = new AbortController();
  const running = run(Deno.execPath(), forever, { stop: stop.signal });
  setTimeout(() => stop.abort(new StoppedError("stopped")), 1);
  await assertRejects(() => running, StoppedError);
});

const onLinux = Deno.build.os === "linux";

Deno.test({
  name: `without --allow-all the list of processes is refused, and not empty${onLinux ? "" : " [only on Linux]"}`,
  ignore: !onLinux,
  permissions: { read: true },
  fn: async () => void await assertRejects(processTable, Deno.errors.NotCapable, "--allow-all"),
});
