import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { createEngine } from "../engine/engine.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { migrate, processTest } from "../../testing/migrate_command.ts";
import { makeMigrations } from "../../testing/migrations.ts";

const database = testDatabase(import.meta.url);
const PROJECT_MIGRATIONS = fileURLToPath(new URL("../../migrations", import.meta.url));

async function makeSchema(url: string): Promise<string> {
  const schema = `s_${crypto.randomUUID().slice(0, 8)}`;
  await using engine = createEngine(url);
  await engine.begin((connection) => connection.execute(`CREATE SCHEMA ${schema}`));
  return `${url}${url.includes("?") ? "&" : "?"}options=-csearch_path%3D${schema}`;
}

/** Advice for the heads b2 and c3. */
function mergeCommand(directory: string): string {
  return `deno task migrate --dir ${directory} merge -m "merge b2 and c3" b2 c3`;
}

processTest("--help lists the commands and exits with 0", async () => {
  const { code, out } = await migrate("--help");
  assertEquals(code, 0);
  for (
    const word of ["upgrade [options] [target]", "downgrade [options] <target>", "history", "current", "--url", "--dir"]
  ) {
    assertStringIncludes(out, word);
  }
});

processTest("each command has a --help that says what it takes", async () => {
  const usages = [
    "init [options] [folder]",
    "adopt [options]",
    "revision [options]",
    "merge [options] <revisions...>",
    "upgrade [options] [target]",
    "downgrade [options] <target>",
    "edit [options] [revision]",
    "stamp [options] <revisions...>",
    "ensure-version [options]",
    "history [options]",
    "current [options]",
    "heads [options]",
    "branches [options]",
    "show [options] <revision>",
    "check [options]",
  ];
  const outcomes = await Promise.all(usages.map((usage) => migrate(usage.split(" ")[0], "--help")));
  assertEquals(outcomes.map(({ code, out }) => [code, out.split("\n")[0]]), [
    ...usages.map((usage) => [0, `Usage: deno task migrate ${usage}`]),
  ]);
  const { out } = await migrate("--help");
  const listed = out.split("Commands:\n")[1].match(/^ {2}[\w-]+/gm)!.map((line) => line.trim());
  assertEquals(listed.sort(), usages.map((usage) => usage.split(" ")[0]).sort());
});

processTest(
  "mistakes are told in a sentence without a stack, without the password, with status 1, or 2 for a wrong argument",
  async () => {
    await using folder = await makeMigrations({ id: "a1" }, { id: "b2", after: "a1" }, { id: "c3", after: "a1" });
    for (const file of ["a1_a1.ts", "b2_b2.ts", "c3_c3.ts"]) {
      await folder.write(`a folder/versions/${file}`, await Deno.readTextFile(`${folder.directory}/versions/${file}`));
    }
    const mistakes: [args: string[], message: string, status?: number][] = [
      [["dowgrade", "-1"], "unknown command 'dowgrade'", 2],
      [["--bla"], "unknown option '--bla'", 2],
      [["history", "x"], "too many arguments", 2],
      [["downgrade"], "missing required argument 'target'", 2],
      [["--dir", "nowhere"], "env.ts does not exist. Create it with init"],
      [["--url", "mysql://sandy:secret@host/shop"], `"mysql" is not a known dialect`],
      [["--url", "postgresql://sandy:secret@127.0.0.1:1/shop", "--dir", PROJECT_MIGRATIONS], "ECONNREFUSED"],
      [
        ["check", "--url", "postgresql://sandy:secret@127.0.0.1:1/shop", "--dir", PROJECT_MIGRATIONS],
        "postgresql+pg://sandy:***@127.0.0.1:1/shop: connect ECONNREFUSED 127.0.0.1:1. Start the server, or correct --url.\n",
      ],
      [["init", `${PROJECT_MIGRATIONS}/env.ts`], "not a directory"],
      [["revision", "-m", " … ", "--dir", PROJECT_MIGRATIONS], 'requires a message: -m "create heroes"'],
      [["history", "-i", "--url", "postgresql://a@127.0.0.1:1/b", "--dir", PROJECT_MIGRATIONS], "correct --url"],
      [["upgrade", "--lock-timeout", "soon"], "a number of seconds", 2],
      [["downgrade", "-1", "--sql", "--dir", PROJECT_MIGRATIONS], "use from:to"],
      [["revision", "--dir", PROJECT_MIGRATIONS], "required option '-m, --message <text>'", 2],
      [["init", PROJECT_MIGRATIONS], "is not empty"],
      [["show", "nothing", "--dir", PROJECT_MIGRATIONS], `"nothing" does not exist. Known revisions: `],
      [
        ["--url", "postgresql://sandy:secret@127.0.0.1:1/shop", "--dir", folder.directory],
        mergeCommand(folder.directory),
      ],
      [
        ["--url", "postgresql://sandy:secret@127.0.0.1:1/shop", "--dir", `${folder.directory}/a folder`],
        mergeCommand(`"${folder.directory}/a folder"`),
      ],
    ];
    const outcomes = await Promise.all(mistakes.map(([args]) => migrate(...args)));
    for (const [index, { code, out, err }] of outcomes.entries()) {
      const [args, message, status = 1] = mistakes[index];
      assertEquals([args, code], [args, status]);
      assertStringIncludes(err, message);
      assertNotMatch(out + err, /secret|\n\s+at /);
    }
  },
);

database.test("the project's revisions: up, up again, history, current, down, up", async (url) => {
  const target = ["--url", await makeSchema(url), "--dir", PROJECT_MIGRATIONS];
  const first = await migrate(...target);
  assertEquals([first.code, first.err], [0, ""]);
  assertMatch(first.out, /^base → [0-9a-f]{12} {2}create heroes {2}\(\d+ ms\)\n/);
  assertMatch((await migrate(...target)).out, /^already at head: [0-9a-f]{12} \S.*\n$/);
  assertMatch((await migrate("history", ...target)).out, /\(head, current\)\n/);
  assertMatch((await migrate("current", ...target)).out, /^[0-9a-f]{12} .*\(head\)\n$/);
  assertMatch((await migrate("downgrade", "base", ...target)).out, /create heroes {2}\(\d+ ms\)\n$/);
  assertMatch((await migrate("downgrade", "-1", ...target)).err, /"-1" is out of range/);
  assertEquals((await migrate("upgrade", ...target)).out.replace(/\d+ ms/g, ""), first.out.replace(/\d+ ms/g, ""));
});

database.test("the heroes table has the columns, defaults and constraint names it is meant to have", async (url) => {
  const target = await makeSchema(url);
  await migrate("--url", target, "--dir", PROJECT_MIGRATIONS);
  await using engine = createEngine(target);
  await using connection = await engine.connect();
  const columns = await connection.execute(
    `SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns
      WHERE table_schema = current_schema() AND table_name = 'heroes' ORDER BY ordinal_position`,
  );
  assertEquals(columns.tuples().all(), [
    ["id", "uuid", "NO", "gen_random_uuid()"],
    ["name", "text", "NO", null],
    ["app_src", "text", "YES", null],
    ["created_at", "timestamp with time zone", "NO", "now()"],
    ["updated_on", "timestamp with time zone", "NO", "now()"],
  ]);
  const key = "SELECT conname::text FROM pg_constraint WHERE conrelid = 'heroes'::regclass AND contype = 'p'";
  assertEquals((await connection.execute(key)).scalarOne(), "pk_heroes");
});

database.test("env.ts says where the database is when no URL is given", async (url) => {
  await using folder = await makeMigrations({ id: "a1" });
  const target = await makeSchema(url);
  await folder.write("env.ts", `export function url() { return Promise.resolve(${JSON.stringify(target)}); }`);
  assertMatch((await migrate("--dir", folder.directory)).out, /^base → a1 {2}revision a1/);
  const answers: [env: string, message: RegExp][] = [
    [`export function url() { throw new Error("the server sleeps"); }`, /url\(\) of .* failed: the server sleeps\n$/],
    [`export const url = 1;`, /does not export a function url\(\)/],
    [`this is no TypeScript`, /Cannot load /],
  ];
  for (const [env, message] of answers) {
    await folder.write("env.ts", env);
    const { code, err } = await migrate("--dir", folder.directory);
    assertEquals(code, 1);
    assertMatch(err, message);
    assertNotMatch(err, /\n\s+at .*migrate/);
  }
});

database.test("adopt prints what it wrote; afterwards check finds nothing", async (url) => {
  await using folder = await makeMigrations();
  const target = await makeSchema(url);
  await using engine = createEngine(target);
  await engine.begin((connection) => connection.execute("CREATE TABLE boats (id integer PRIMARY KEY, name text)"));
  const at = ["--url", target, "--dir", folder.directory];
  const { code, out, err } = await migrate("adopt", "-m", "boats as they are", ...at);
  assertEquals([code, err], [0, ""]);
  assertMatch(
    out,
    /^wrote \S+models\.ts\nwrote \S+env\.ts\nwrote \S+(\w+)_boats_as_they_are\.ts\nnow at \1 {2}boats as they are\n$/,
  );
  assertEquals((await migrate("check", ...at)).code, 0);
  const again = await migrate("adopt", ...at);
  assertEquals([again.code, again.out], [1, ""]);
  assertStringIncludes(again.err, "adopt writes the first revision: use revision --autogenerate");
});

/** For a revision: goes on when the seven others are connected and one has asked who it waits for, or after a minute. */
const untilOthersWait = `const others = sql\`
    SELECT count(*)::int AS count, count(*) FILTER (WHERE query LIKE '%pg_locks%')::int AS asking FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'migrate' AND pid <> pg_backend_pid()\`;
  for (let turn = 0; turn < 600; turn++) {
    const { rows: [{ count, asking }] } = await others.execute(db) as any;
    if (count === 7 && asking > 0) break;
    await sql\`SELECT pg_stat_clear_snapshot(), pg_sleep(0.1)\`.execute(db);
  }`;

database.test("of eight processes that upgrade at once exactly one runs each revision, the others wait", async (url) => {
  await using folder = await makeMigrations({
    id: "a1",
    up: `${untilOthersWait}
  await db.schema.createTable("once").addColumn("id", "integer").execute();`,
  }, {
    id: "b2",
    after: "a1",
    transactional: false, // a waiter that held a snapshot would stop it for ever
    up: "await sql`CREATE INDEX CONCURRENTLY ix_once_id ON once (id)`.execute(db);",
  }, {
    id: "c3",
    after: "b2",
    up: `await db.schema.createTable("last").addColumn("id", "integer").execute();`,
  });
  const schemaUrl = await makeSchema(url);
  const target = ["--url", schemaUrl, "--dir", folder.directory];
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => migrate("upgrade", "head", ...target)));
  assertEquals(outcomes.map(({ code, err }) => [code, err]), Array(8).fill([0, ""]));
  const lines = outcomes.map(({ out }) => out.trim().split("\n"));
  const ran = lines.flat().filter((line) => / ms\)$/.test(line)).map((line) => line.replace(/ {2}.*/, ""));
  assertEquals(ran, ["base → a1", "a1 → b2", "b2 → c3"]);
  assertEquals(lines.filter((each) => each.at(-1) === "already at head: c3 revision c3").length, 7);
  const waiting = lines.flat().filter((line) => line.startsWith("waiting for process"));
  assertMatch(waiting[0], /^waiting for process \d+ \("migrate", connected since \S+\), which is running migrations$/);
  await using engine = createEngine(schemaUrl);
  await using connection = await engine.connect();
  const log = await connection.execute("SELECT revision, application_name FROM schema_version_log ORDER BY id");
  assertEquals(log.tuples().all(), [["a1", "migrate"], ["b2", "migrate"], ["c3", "migrate"]]);
  const index = await connection.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_once_id'::regclass");
  assertEquals(index.scalarOne(), true);
});

processTest("an empty range, and base, are not told as a folder without revisions", async () => {
  await using folder = await makeMigrations({ id: "a1" }, { id: "b2", after: "a1" });
  const nowhere = ["--dir", folder.directory, "--url", "postgresql://nobody@127.0.0.1:1/x"];
  const [range, base, before] = await Promise.all([
    migrate("history", "-r", "b2:a1", ...nowhere),
    migrate("show", "base", ...nowhere),
    migrate("show", "a1-1", ...nowhere),
  ]);
  assertEquals([range.code, range.out], [0, "no revisions in the range b2:a1\n"]);
  assertEquals([base.code, base.out], [0, "base is the state before the first revision\n"]);
  assertEquals(before.out, "a1-1 is the state before the first revision\n");
});

database.test("downgrade head says where the database is, or that it is there", async (url) => {
  await using folder = await makeMigrations({ id: "a1" }, { id: "b2", after: "a1" });
  const target = ["--url", await makeSchema(url), "--dir", folder.directory];
  await migrate("upgrade", "head-1", ...target);
  const before = await migrate("downgrade", "head", ...target);
  assertEquals(before.code, 1);
  assertStringIncludes(before.err, "Cannot downgrade to revision b2: it is not applied; the database is at a1.");
  assertEquals((await migrate("upgrade", "a1+1", ...target)).code, 0);
  const at = await migrate("downgrade", "head", ...target);
  assertEquals([at.code, at.out], [0, "already at head: b2 revision b2\n"]);
  assertEquals(
    (await migrate("history", "-r", "head-1:head-1", ...target)).out,
    "base → a1  revision a1  2025-11-03\n",
  );
});

database.test("check ends with 1 on drift, else with 0", async (url) => {
  await using folder = await makeMigrations({ id: "a1" });
  await folder.write("env.ts", "");
  const target = ["--url", await makeSchema(url), "--dir", folder.directory];
  const before = await migrate("check", ...target);
  assertEquals([before.code, before.err], [1, ""]);
  assertStringIncludes(before.out, "not applied: a1  revision a1");
  await migrate(...target);
  const after = await migrate("check", ...target);
  assertEquals([after.code, after.out], [0, "models not compared: env.ts exports no metadata\nno drift\n"]);
});

processTest(
  "what needs no database works without one: init, revision, heads, branches, show, merge, --sql",
  async () => {
    await using folder = await makeMigrations();
    const directory = `${folder.directory}/new`;
    const nowhere = ["--dir", directory, "--url", "postgresql://nobody@127.0.0.1:1/x"];
    const run = async (...args: string[]) => {
      const { code, out, err } = await migrate(...nowhere, ...args);
      assertEquals([code, err], [0, ""]);
      return out;
    };
    assertMatch(await run("init"), /^created .*new\/env\.ts\ncreated .*new\/versions\n$/);
    for (const command of [["heads"], ["show", "head"]]) {
      assertEquals(await run(...command), "no revisions\n");
    }
    const [, first] = /created .*\/(\w{12})_create_heroes\.ts\n$/.exec(await run("revision", "-m", "create heroes"))!;
    await run("revision", "-m", "one way");
    await run("revision", "-m", "the other", "--head", first.slice(0, 8), "--splice");
    assertEquals((await run("heads")).match(/\(head\)/g)?.length, 2);
    assertStringIncludes(await run("branches"), `${first}  create heroes  (branch point)\n`);
    assertStringIncludes(await run("show", first), "Parent: base\n");
    const history = await migrate(...nowhere, "history");
    assertEquals([history.code, history.out.match(/create heroes {2}\S+$/gm)?.length], [0, 1]);
    assertStringIncludes(history.err, "Listed without the state of the database: ");
    await run("merge", "-m", "both", "heads");
    assertMatch(await run("upgrade", "head", "--sql"), /COMMIT;\n$/);
    assertMatch(await run("heads"), /^\w{12} {2}both {2}\(head\)\n$/);
  },
);

database.test("check and revision sum up what they ignore; -v lists it", async (url) => {
  await using folder = await makeMigrations();
  const schemaUrl = await makeSchema(url);
  const models = new URL("../mod.ts", import.meta.url).href;
  await folder.write(
    "env.ts",
    `import { Metadata } from ${JSON.stringify(models)};\nexport const metadata = new Metadata();`,
  );
  const views = Array.from({ length: 5 }, (_, index) => `CREATE VIEW v${index} AS SELECT 1 AS one;`);
  await using engine = createEngine(schemaUrl);
  await engine.begin((connection) => connection.execute(views.join("\n")));
  const target = ["--url", schemaUrl, "--dir", folder.directory];
  const summary = "ignored: 5 views, for example v0\nignored: 5 in all; -v lists them\n";
  const all = Array.from(views, (_, index) => `ignored: view v${index}\n`).join("");
  const nothing = "no differences between models and database: no revision was created\n";
  const outs = await Promise.all(
    [["check"], ["check", "-v"], ["revision", "-m", "x", "--autogenerate"], [
      "revision",
      "-m",
      "x",
      "--autogenerate",
      "-v",
    ]].map(async (command) => (await migrate(...command, ...target)).out),
  );
  assertEquals(outs, [`${summary}no drift\n`, `${all}no drift\n`, `${summary}${nothing}`, `${all}${nothing}`]);
});
