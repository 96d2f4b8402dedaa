import { assertEquals } from "@std/assert";
import { ConsoleProgress } from "./console_progress.ts";
import type { Revision } from "./revision_file.ts";

const STEP = {
  direction: "upgrade",
  revision: { id: "a1", message: "create heroes" } as Revision,
  from: [],
  to: ["a1"],
} as const;

function written(isTerminal: boolean, last: "done" | "failed"): string {
  let text = "";
  using progress = new ConsoleProgress(isTerminal, (more) => void (text += more));
  progress.show({ type: "running", step: STEP });
  if (last === "done") progress.show({ type: "done", step: STEP, milliseconds: 12 });
  else progress[Symbol.dispose]();
  return text;
}

Deno.test("on a terminal the running revision has a line, which is written over when it is done, or has failed", () => {
  assertEquals(written(true, "done"), "base → a1  create heroes  …\r\x1b[Kbase → a1  create heroes  (12 ms)\n");
  assertEquals(written(true, "failed"), "base → a1  create heroes  …\r\x1b[K");
});

Deno.test("in a file or a pipe a revision that does not take long has one line", () => {
  assertEquals(written(false, "done"), "base → a1  create heroes  (12 ms)\n");
  assertEquals(written(false, "failed"), "");
});
