/** The options of the commands, as a user of Alembic knows them, each through a process. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { migrate, migrateWith, processTest } from "../../../testing/migrate_command.ts";
import { creating, makeMigrations, scratch, tables, versions } from "../../../testing/migrations.ts";
import { testDatabase } from "../../../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const LIBRARY = new URL("../../mod.ts", import.meta.url).href;
const NOWHERE = "postgresql://nobody@127.0.0.1:1/x";

/** Runs commands one after the other; each must succeed. */
async function succeed(...commands: string[][]): Promise<string[]> {
  const outs: string[] = [];
  for (const command of commands) {
    const { code, out, err } = await migrate(...command);
    assertEquals([command, code, err], [command, 0, ""]);
    outs.push(out);
  }
  return outs;
}

/** Asserts that commands fail with a message and a status. */
async function refuse(...cases: [args: string[], message: string, status?: number][]): Promise<void> {
  const outcomes = await Promise.all(cases.map(([args]) => migrate(...args)));
  for (const [index, { code, err }] of outcomes.entries()) {
    const [args, message, status = 1] = cases[index];
    assertStringIncludes(err, message);
    assertEquals([args, code], [args, status]);
  }
}

database.test("revision --rev-id --branch-label --depends-on --version-path, and branches by their labels", async (url) => {
  const { engine, url: target } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations();
  const at = ["--dir", folder.directory, "--url", target];
  const revision = (id: string, ...more: string[]) => ["revision", "-m", `rev ${id}`, "--rev-id", id, ...more, ...at];
  const [first] = await succeed(
    revision("aa1", "--branch-label", "app", "--head", "base"),
    revision("aa2"),
    revision("xx1", "--head", "base", "--branch-label", "net", "--version-path", "net/work"),
    revision("xx2", "--head", "net@head", "--depends-on", "app@head", "--version-path", "net/work"),
    revision("xx3", "--head", "net@head", "--depends-on", "app", "--depends-on", "aa2"),
  );
  assertMatch(first, /^created .*versions\/aa1_rev_aa1\.ts\n$/);
  const text = async (path: string) => await Deno.readTextFile(`${folder.directory}/versions/${path}`);
  assertStringIncludes(await text("aa1_rev_aa1.ts"), 'downRevision = null;\nexport const branchLabels = ["app"];\n');
  assertStringIncludes(
    await text("net/work/xx2_rev_xx2.ts"),
    'downRevision = "xx1";\nexport const dependsOn = ["aa2"];\n',
  );
  assertStringIncludes(await text("xx3_rev_xx3.ts"), 'export const dependsOn = ["app", "aa2"];\n', "a label stays one");

  await succeed(["upgrade", "net@head", ...at]);
  assertEquals(await versions(engine), ["xx3"], "aa2 is implied, as in Alembic");
  await succeed(["downgrade", "net@base", ...at]);
  assertEquals(await versions(engine), ["aa2"]);
  const [shown] = await succeed(["show", "app@head", ...at]);
  assertStringIncludes(shown, "Revision: aa2\n");
  await refuse(
    [revision("aa2"), "Multiple heads: aa2, xx3"],
    [revision("aa2", "--head", "aa2"), "Duplicate revision id aa2"],
    [revision("a-1", "--head", "aa2"), `"a-1" cannot be the id of a revision. Use letters and digits.`],
    [revision("head", "--head", "aa2"), `"head" cannot be the id`],
    [revision("c3", "--head", "aa2", "--branch-label", "app"), "app of revision c3 already names revision aa1"],
    [revision("c3", "--head", "aa2", "--branch-label", "a@b"), `"a@b" cannot be a branch label`],
    [revision("c3", "--head", "aa2", "--depends-on", "zz"), `"zz" does not exist`],
    [revision("c3", "--head", "aa2", "--version-path", "../other"), "../other is not a folder in "],
  );
});

processTest("merge takes heads, and others with --splice; it can be given an id and a label", async () => {
  await using folder = await makeMigrations({ id: "a1" }, { id: "b2", after: "a1" }, { id: "c3", after: "a1" }, {
    id: "d4",
    after: "c3",
  });
  const at = ["--dir", folder.directory];
  await refuse([["merge", "b2", "c3", ...at], "c3 is not a head: it has the child d4. Use --splice"]);
  await succeed(["merge", "b2", "c3", "--splice", "--rev-id", "e5", "--branch-label", "both", ...at]);
  const [shown] = await succeed(["show", "both", ...at]);
  assertStringIncludes(shown, "Revision: e5\nParent: b2, c3\n");
});

processTest(
  "--sql of revision prints the file and writes none; of stamp and ensure-version it needs no database",
  async () => {
    await using folder = await makeMigrations({ id: "a1" }, { id: "b2", after: "a1" });
    const at = ["--dir", folder.directory, "--url", NOWHERE];
    const [text, stamp, base, ensure] = await succeed(
      ["revision", "-m", "more", "--sql", "--rev-id", "c3", ...at],
      ["stamp", "head", "--sql", ...at],
      ["stamp", "base", "--sql", ...at],
      ["ensure-version", "--sql", ...at],
    );
    assertStringIncludes(text, " * more\n *\n * Revision ID: c3\n * Revises: b2\n");
    assertStringIncludes(text, "export async function up");
    assertEquals([...Deno.readDirSync(`${folder.directory}/versions`)].length, 2);
    assertMatch(stamp, /DELETE FROM schema_version;\n\nINSERT INTO schema_version \(revision\) VALUES \('b2'\);\n/);
    assertMatch(
      stamp,
      /VALUES\n {2}\('a1', 'stamp', '\w{64}', 0\),\n {2}\('b2', 'stamp', '\w{64}', 0\);\n\nCOMMIT;\n$/,
    );
    assertMatch(base, /DELETE FROM schema_version;\n\nCOMMIT;\n$/);
    assertMatch(
      ensure,
      /^-- Run it with: psql.*\n\nSET client_encoding.*\n\nBEGIN;\n\nDO .*CREATE TABLE IF NOT EXISTS schema_version .*COMMIT;\n$/s,
    );
  },
);

database.test("the script of stamp does what stamp does; ensure-version makes the tables and nothing else", async (url) => {
  await using folder = await makeMigrations({ id: "a1" }, { id: "b2", after: "a1" });
  const at = ["--dir", folder.directory];
  const { engine, url: target } = await scratch(url);
  await using _engine = engine;
  await succeed(["ensure-version", ...at, "--url", target]);
  assertEquals(await versions(engine), []);
  for (const name of ["head", "a1", "base"]) {
    const [script] = await succeed(["stamp", name, "--sql", ...at]);
    await using connection = await engine.connect({ isolationLevel: "AUTOCOMMIT" });
    await connection.execute(script);
    assertEquals(await versions(engine), name === "base" ? [] : [name === "head" ? "b2" : "a1"]);
  }
  const [history] = await succeed(["ensure-version", ...at, "--url", target], ["history", ...at, "--url", target]);
  assertEquals(history, "");
});

database.test("a version table of another tool is told in a sentence, by every command that reads it", async (url) => {
  const { engine, url: target } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({ id: "a1", ...creating("one") });
  await engine.begin((connection) => connection.execute("CREATE TABLE schema_version (version integer)"));
  const at = ["--dir", folder.directory, "--url", target];
  const message = "schema_version is not a table of these migrations: its columns are version integer; " +
    "expected: revision text. Nothing was changed.";
  await refuse(
    ...[["upgrade"], ["downgrade", "base"], ["stamp", "head"], ["ensure-version"], ["current"], ["history"], ["check"]]
      .map((command): [string[], string] => [[...command, ...at], message]),
  );
  assertEquals(await tables(engine), []);
});

database.test("-x and --tag reach the functions of env.ts; afterWrite is called with the path", async (url) => {
  const { engine, url: target } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({ id: "a1", ...creating("one") });
  await folder.write(
    "env.ts",
    `import { Metadata } from ${JSON.stringify(LIBRARY)};
import type { CommandArguments } from ${JSON.stringify(LIBRARY)};
export function url({ x }: CommandArguments) { return x.target; }
export const versionTable = ({ tag }: CommandArguments) => "versions_" + tag;
export async function afterWrite(path: string, { x, tag }: CommandArguments) {
  if (x.fail !== undefined) throw new Error("no formatter");
  await Deno.writeTextFile(path, (await Deno.readTextFile(path)).trimEnd() + "\\n// " + x.by + " " + tag + "\\n");
}`,
  );
  const at = ["--dir", folder.directory, "-x", "by=hand", "-x", `target=${target}`];
  await succeed(["upgrade", "--tag", "blue", ...at], [
    "-x",
    `target=${target}`,
    "stamp",
    "base",
    "--tag",
    "red",
    "--dir",
    folder.directory,
  ]);
  assertEquals(await tables(engine), ["one", "versions_blue", "versions_blue_log", "versions_red", "versions_red_log"]);
  await succeed(["revision", "-m", "two", "--rev-id", "b2", "--tag", "blue", ...at]);
  assertMatch(await Deno.readTextFile(`${folder.directory}/versions/b2_two.ts`), /\}\n\/\/ hand blue\n$/);
  await refuse(
    [
      ["revision", "-m", "three", "--rev-id", "c3", "-x", "fail", ...at],
      "c3_three.ts was written, but afterWrite() of env.ts failed: no formatter",
    ],
    [["history", "-x", "=1", ...at], "Expected key=value", 2],
  );
  await Deno.stat(`${folder.directory}/versions/c3_three.ts`);
});

database.test("current --check-heads ends with 1 unless every head is applied", async (url) => {
  const { engine, url: target } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({ id: "a1" }, { id: "b2", after: "a1" }, { id: "c3", after: "a1" });
  const at = ["--dir", folder.directory, "--url", target];
  await succeed(["upgrade", "b2", ...at], ["current", ...at]);
  const { code, out, err } = await migrate("current", "--check-heads", ...at);
  assertEquals([code, out, err], [
    1,
    "b2  revision b2  (head)\n",
    "The database is not at all heads; not applied: c3\n",
  ]);
  await succeed(["upgrade", "heads", ...at], ["current", "--check-heads", ...at]);
});

processTest("edit opens the file of a revision in the editor, and says what is missing", async () => {
  await using folder = await makeMigrations({ id: "a1" }, { id: "b2", after: "a1" });
  await folder.write("editor.ts", 'Deno.writeTextFileSync(Deno.args[1], "// " + Deno.args[0], { append: true });');
  const editor = `${Deno.execPath()} run -A ${folder.directory}/editor.ts`;
  const at = ["--dir", folder.directory];
  const file = (id: string) => Deno.readTextFile(`${folder.directory}/versions/${id}_${id}.ts`);
  assertEquals((await migrateWith({ VISUAL: "", EDITOR: `${editor} one` }, "edit", "a1", ...at)).code, 0);
  assertEquals((await migrateWith({ VISUAL: `${editor} two`, EDITOR: "false" }, "edit", ...at)).code, 0);
  assertMatch(await file("a1"), /\/\/ one$/);
  assertMatch(await file("b2"), /\/\/ two$/);
  const failures: [env: Record<string, string>, name: string, message: RegExp][] = [
    [{ VISUAL: "", EDITOR: "" }, "a1", /^No editor is set\. Set VISUAL or EDITOR, or open .*a1_a1\.ts\n$/],
    [{ VISUAL: "", EDITOR: "no-such-editor -w" }, "a1", /^The editor "no-such-editor -w" failed: /],
    [{ VISUAL: "", EDITOR: editor }, "base", /^base has no file to edit\.\n$/],
  ];
  for (const [env, name, message] of failures) {
    const { code, err } = await migrateWith(env, "edit", name, ...at);
    assertMatch(err, message);
    assertEquals(code, 1);
  }
});

database.test("-q prints results and errors only", async (url) => {
  const { engine, url: target } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations({ id: "a1", ...creating("one") });
  const at = ["--dir", folder.directory, "--url", target];
  const [up, stamp, revision, current] = await succeed(
    ["upgrade", "-q", ...at],
    ["-q", "stamp", "head", ...at],
    ["revision", "-m", "two", "--quiet", ...at],
    ["current", "-q", ...at],
  );
  assertEquals([up, stamp, revision, current], ["", "", "", "a1  revision a1\n"]);
  await refuse([["downgrade", "-2", "-q", ...at], `"-2" is out of range`]);
});

processTest("--version is that of the changelog; -r and --rev-range are the same", async () => {
  const changelog = await Deno.readTextFile(new URL("../../../CHANGELOG.md", import.meta.url));
  const [, version] = /^## (\S+)/m.exec(changelog)!;
  await using folder = await makeMigrations({ id: "a1" }, { id: "b2", after: "a1" }, { id: "c3", after: "b2" });
  const [told] = await succeed(["--version"]);
  assertEquals(told, `migrate (${version}), Deno ${Deno.version.deno}\n`);
  const at = ["--dir", folder.directory, "--url", NOWHERE];
  for (const option of ["-r", "--rev-range"]) {
    const { code, out } = await migrate("history", option, "a1+1:head-1", ...at);
    assertEquals([code, out], [0, "a1 → b2  revision b2  2025-11-03\n"]);
  }
});

database.test("revision --autogenerate --rename writes a rename instead of a drop and an addition", async (url) => {
  const { engine, url: target } = await scratch(url);
  await using _engine = engine;
  await using folder = await makeMigrations();
  await engine.begin((connection) =>
    connection.execute(
      `CREATE TABLE heroes (id integer CONSTRAINT pk_heroes PRIMARY KEY, app_src text);
       INSERT INTO heroes VALUES (1, 'x')`,
    )
  );
  await folder.write(
    "env.ts",
    `import { integer, Metadata, text } from ${JSON.stringify(LIBRARY)};
export const metadata = new Metadata();
metadata.add("champions", { id: integer().primaryKey(), source: text().nullable() });`,
  );
  const at = ["--dir", folder.directory, "--url", target];
  const renames = ["--rename", "heroes=champions", "--rename", "heroes.app_src=source"];
  const [written] = await succeed(["revision", "-m", "rename", "--autogenerate", ...renames, ...at], [
    "upgrade",
    ...at,
  ]);
  assertStringIncludes(written, "detected: rename");
  await using connection = await engine.connect();
  assertEquals((await connection.execute("SELECT id, source FROM champions")).tuples().all(), [[1, "x"]]);
  await refuse(
    [["revision", "-m", "x", ...renames, ...at], "option '--rename <old=new>' requires '--autogenerate'", 2],
    [["revision", "-m", "x", "--autogenerate", "--rename", "heroes", ...at], "Expected old=new", 2],
    [["revision", "-m", "x", "--autogenerate", "--rename", "a=b", ...at], "Cannot rename a to b"],
  );
});
