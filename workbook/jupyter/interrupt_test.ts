/**
 * The ■ button in the kernel. Jupyter sends SIGINT for it, because the kernelspec says so; here the cell sends it itself.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ensureEnvironment } from "./environment.ts";
import { execute } from "./execute.ts";
import { kernelspec } from "./jupyter_settings.ts";
import { visibleText } from "./outputs.ts";
import { notebooksFolder } from "../paths.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

database.test("an interrupted cell ends with what it waited for, and the kernel goes on", async (url) => {
  assertEquals(kernelspec("deno").interrupt_mode, "signal");
  const sources = [
    `import { createEngine } from "../lib/mod.ts";
     import { makeProject, setUp } from "../workbook/mod.ts";
     const workbook = await setUp("97");
     const engine = createEngine(workbook.url);
     const project = await makeProject(workbook);
     await project.write("wait.ts", "setTimeout(() => {}, 60_000)");
     const interrupting = () => setInterval(() => Deno.kill(Deno.pid, "SIGINT"), 100);`,
    `const first = interrupting();
     await using connection = await engine.connect();
     await connection.execute("SELECT pg_sleep(25)").catch(({ name }) => console.log(name));
     clearInterval(first);`,
    `const second = interrupting();
     await project.run("deno run wait.ts");
     clearInterval(second);`,
    `Deno.kill(Deno.pid, "SIGINT");
     await new Promise((resolve) => setTimeout(resolve, 100));`,
    `await project.remove();
     await workbook.tearDown();
     2 + 2`,
  ];
  const { outputs, failure } = await execute({
    environment: await ensureEnvironment(),
    sources,
    folder: notebooksFolder,
    timeout: 60,
    variables: { DATABASE_URL: url },
  });
  assertEquals(failure, undefined);
  const [, statement, program, nothing, after] = outputs.map(visibleText);
  assertStringIncludes(statement, "StatementCancelledError");
  assertStringIncludes(statement, "Interrupted: 1 cancelled.");
  assertStringIncludes(program, "$ deno run wait.ts\n(interrupted)");
  assert(nothing.startsWith("Interrupted, but no statement was running"), nothing);
  assertEquals(after, "4");
});
