import { assert, assertEquals, assertMatch } from "@std/assert";
import { root } from "../workbook/paths.ts";
import { run } from "../workbook/processes.ts";

const wiretap = (...args: string[]) =>
  run(Deno.execPath(), ["run", "-A", "--quiet", "tools/wiretap.ts", ...args], { cwd: root });

/** A program that takes DATABASE_URL. */
const program = (sql: string) => [
  Deno.execPath(),
  "eval",
  `import { createEngine } from "./lib/mod.ts";
   await using engine = createEngine(Deno.env.get("DATABASE_URL"));
   await using connection = await engine.connect();
   console.log("said:", (await connection.execute("${sql}", ["seven"])).scalar());`,
];

Deno.test("wiretap: runs a program, and prints what was said", async () => {
  const { code, stdout } = await wiretap("--", ...program("SELECT $1::text"));
  assertEquals(code, 0);
  assertMatch(stdout, /^said: seven\nconnection 1: \d round trips\n/);
  assertMatch(stdout, /→ Bind {2}S1: \(5 B\)\n/);
  assert(!stdout.slice(12).includes("seven"));
});

Deno.test("wiretap: lines of JSON, with values where they are wanted", async () => {
  const { stdout } = await wiretap("--json", "--values", "--", ...program("SELECT $1::text"));
  const messages = stdout.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  assertEquals(messages.find(({ name }) => name === "Bind").fields.parameters, ["seven"]);
  assertEquals(messages[0].name, "StartupMessage");
});

Deno.test("wiretap: the status is the program's; a missing program is a sentence", async () => {
  assertEquals((await wiretap("--", Deno.execPath(), "eval", "Deno.exit(7)")).code, 7);
  const missing = await wiretap("--", "no-such-program");
  assertEquals([missing.code, missing.stderr.trim()], [2, 'There is no program "no-such-program".']);
  assertEquals((await wiretap()).code, 2);
});
