import { assertEquals } from "@std/assert";
import { readOutput } from "../testing/child_output.ts";
import { until } from "../testing/until.ts";
import { root } from "../workbook/paths.ts";

const TASK = `import { runTask } from "./workbook/command_line.ts";
await runTask(async (_, stop) => {
  const aborted = new Promise((_, reject) => stop.addEventListener("abort", () => reject(stop.reason)));
  const open = setInterval(() => {}, 1_000);
  console.log("ready");
  return await aborted.finally(() => clearInterval(open));
});`;

for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`a task that ${signal} stops has the status of that signal, and says nothing`, async () => {
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--ext=ts", "-"],
      cwd: root,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const output = readOutput(process);
    const writer = process.stdin.getWriter();
    await writer.write(new TextEncoder().encode(TASK));
    await writer.close();
    await until("the task runs", () => output.text() === "ready\n");
    process.kill(signal);
    const { code } = await process.status;
    await output.closed;
    assertEquals([code, output.text()], [status, "ready\n"]);
  });
}
