import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { readTestSummary } from "./gate.ts";
import { root } from "../paths.ts";
import { run } from "../processes.ts";
import { explainSkips, NEEDS, unexpectedSkips } from "./skips.ts";

/** The test files below a folder. */
async function* testFiles(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory && name !== "node_modules") yield* testFiles(join(folder, name));
    else if (name.endsWith("_test.ts")) yield join(folder, name);
  }
}

Deno.test("on a machine that has none of it, exactly the listed tests are skipped", async () => {
  const files: string[] = [];
  for (const folder of ["lib", "testing", "app", "workbook", "migrations", "tools"]) {
    for await (const file of testFiles(join(root, folder))) {
      const source = await Deno.readTextFile(file);
      if (
        /poolerTest|psqlTest|pgDumpTest|needs (PgBouncer|Chromium|git)/.test(source) && !file.endsWith("skips_test.ts")
      ) {
        files.push(file);
      }
    }
  }
  const args = [
    "test",
    "--no-check",
    "-A",
    "--filter",
    "/ \\[needs (PgBouncer|Chromium|psql|pg_dump|git)\\]$/",
    ...files,
  ];
  const [none, own] = ["no-such-program", Deno.env.toObject()];
  const env = { ...own, NO_COLOR: "1", PGBOUNCER: none, CHROMIUM: none, PSQL: none, PG_DUMP: none, GIT: none };
  const { stdout, stderr } = await run(Deno.execPath(), args, { cwd: root, env });
  const expected = NEEDS.flatMap(({ name, tests }) => tests.map((test) => `${test} [needs ${name}]`));
  const summary = readTestSummary(stdout);
  assertEquals([summary?.passed, summary?.failed], [0, 0], stderr);
  assertEquals(summary!.skipped!.toSorted(), expected.toSorted());
});

const pooler = `${NEEDS[0].tests[0]} [needs PgBouncer]`;
const browser = `${NEEDS[1].tests[0]} [needs Chromium]`;

Deno.test("what may not be skipped is found", () => {
  const skipped = [pooler, "reads a file [needs files]", "a signal [only on Linux]", browser, NEEDS[0].tests[0]];
  assertEquals(unexpectedSkips(skipped), ["reads a file [needs files]", NEEDS[0].tests[0]]);
});

Deno.test("a package of two programs is installed once", () => {
  const ofBoth = NEEDS.filter(({ name }) => ["psql", "pg_dump"].includes(name));
  const skipped = ofBoth.map(({ name, tests }) => `${tests[0]} [needs ${name}]`);
  assertEquals(skipped.length, 2);
  assertEquals(
    explainSkips(skipped, "linux").trimEnd().split("\n").at(-1),
    "To run them too: sudo apt-get install -y postgresql-client",
  );
});

Deno.test("the end of the run names what was skipped, and the one command that mends it", () => {
  assertEquals(explainSkips([]), "");
  const said = explainSkips([pooler, browser], "linux");
  assertEquals(said.split("\n"), [
    "",
    "2 skipped:",
    `  ${pooler}`,
    `  ${browser}`,
    "To run them too: sudo apt-get install -y chromium pgbouncer",
    "",
  ]);
  assertEquals(explainSkips([pooler], "windows").includes("To run"), false); // it is not there for Windows
  assertEquals(explainSkips(["a signal [only on Linux]"], "darwin").split("\n"), [
    "",
    "1 skipped:",
    "  a signal [only on Linux]",
    "",
  ]);
});
