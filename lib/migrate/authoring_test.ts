import { assertEquals, assertInstanceOf, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { basename, join } from "node:path";
import { branches, heads, init, merge, revision } from "./commands.ts";
import { loadEnvironment } from "./environment.ts";
import {
  FileExistsError,
  InvalidTargetError,
  MigrationError,
  MissingMessageError,
  MultipleHeadsError,
  UnknownRevisionError,
} from "./errors.ts";
import { loadRevision } from "./revision_file.ts";
import { revisionText, slugOf } from "./templates.ts";
import { fileTest, makeMigrations } from "../../testing/migrations.ts";

const canRun = Deno.permissions.querySync({ name: "run" }).state === "granted";

/** Makes sure that `deno fmt` would change nothing, with its own line width and with this project's. */
async function assertFormatted(folder: string): Promise<void> {
  if (!canRun) return;
  for (const width of ["80", "120"]) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--check", "--no-config", `--line-width=${width}`, folder],
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
  }
}

fileTest("init makes env.ts and versions/, and overwrites nothing", async () => {
  await using folder = await makeMigrations();
  const directory = join(folder.directory, "deep", "migrations");
  assertEquals((await init(directory)).map((path) => basename(path)), ["env.ts", "versions"]);
  await assertFormatted(directory);
  const environment = await loadEnvironment(directory);
  assertEquals([typeof environment.url, environment.metadata], ["function", undefined]);
  const before = await Deno.readTextFile(environment.path);
  await assertRejects(() => init(directory), FileExistsError, "is not empty");
  assertEquals(await Deno.readTextFile(environment.path), before);
});

fileTest("revision writes a formatted file that is loaded as it says", async () => {
  await using folder = await makeMigrations();
  const { path: first } = await revision(folder.directory, { message: "Create heroes, */ and their Füße" });
  const { path: second } = await revision(folder.directory, { message: "more" });
  await assertFormatted(folder.directory);
  assertMatch(basename(first!), /^[0-9a-f]{12}_create_heroes_and_their_fu_e\.ts$/);
  const [{ id, message, downRevisions, transactional }, child] = [
    await loadRevision(first!),
    await loadRevision(second!),
  ];
  assertEquals([message, downRevisions, transactional], ["Create heroes, * / and their Füße", [], true]);
  assertEquals(child.downRevisions, [id], "without --head it comes after the head");
});

fileTest("a revision beside others needs --splice, and a head to be named where there are two", async () => {
  await using folder = await makeMigrations({ id: "a1" }, { id: "b2", after: "a1" });
  const beside = { message: "beside", head: "a" };
  await assertRejects(
    () => revision(folder.directory, beside),
    InvalidTargetError,
    "a1 is not a head: it has the child b2. Use --splice",
  );
  await revision(folder.directory, { ...beside, splice: true });
  assertEquals((await branches(folder.directory)).map(({ revision, children }) => [revision.id, children.length]), [[
    "a1",
    2,
  ]]);
  await assertRejects(() => revision(folder.directory, { message: "next" }), MultipleHeadsError, "merge -m");
  await revision(folder.directory, { message: "next", head: "b2" });
  await revision(folder.directory, { message: "a new root", head: "base" });
  assertEquals((await heads(folder.directory)).length, 3);
});

fileTest("merge brings heads together in a formatted revision that does nothing", async () => {
  await using folder = await makeMigrations({ id: "a1" }, { id: "b2", after: "a1" }, { id: "c3", after: "a1" });
  const { path } = await merge(folder.directory, { revisions: ["heads"] });
  const merged = await loadRevision(path!);
  assertEquals([merged.downRevisions, merged.message], [["b2", "c3"], "merge b2 and c3"]);
  assertEquals((await heads(folder.directory)).map(({ id }) => id), [merged.id]);
  const wrong: [
    revisions: string[],
    error: typeof InvalidTargetError | typeof UnknownRevisionError,
    message: string,
  ][] = [
    [["heads"], InvalidTargetError, "at least two revisions"],
    [["b2", "b2"], InvalidTargetError, "at least two revisions"],
    [["a1", "b2"], InvalidTargetError, "revision a1 is an ancestor of b2"],
    [["b2", "x"], UnknownRevisionError, `"x" does not exist`],
  ];
  for (const [revisions, error, message] of wrong) {
    const thrown = await assertRejects(() => merge(folder.directory, { revisions }), MigrationError, message);
    assertInstanceOf(thrown, error);
  }
});

fileTest("what autogenerate found fills the functions, its notes the header", async () => {
  await using folder = await makeMigrations({ id: "a1" });
  const text = revisionText({
    id: "b2",
    message: "a name that is unique",
    createDate: "2025-11-03",
    downRevisions: ["a1"],
    body: {
      upSource: ["await sql`CREATE UNIQUE INDEX CONCURRENTLY ix_name ON heroes (name)`.execute(", "  db,", ");"],
      downSource: ["throw new Error(", '  "there is no way back from here, because what was there is gone",', ");"],
      imports: ['import { type Kysely, sql } from "kysely";'],
      notes: ["Read this before it is run: it is a note, and it is long enough to be wrapped."],
      transactional: false,
    },
  });
  await folder.write("versions/b2_b2.ts", text);
  await assertFormatted(join(folder.directory, "versions", "b2_b2.ts"));
  assertStringIncludes(
    text,
    " * Read this before it is run: it is a note, and it is long enough to be\n * wrapped.\n *\n",
  );
  assertStringIncludes(text, "export function down(): Promise<void> {\n  throw");
  assertEquals(text.match(/kysely/g)?.length, 1);
  const { downRevisions, transactional, message } = await loadRevision(join(folder.directory, "versions", "b2_b2.ts"));
  assertEquals([downRevisions, transactional, message], [["a1"], false, "a name that is unique"]);
});

fileTest("a merge of many is formatted too", async () => {
  await using folder = await makeMigrations();
  const downRevisions = Array.from({ length: 6 }, (_, index) => `${index}`.repeat(12));
  const text = revisionText({ id: "ff", message: "six", createDate: "2025-11-03", downRevisions, body: "nothing" });
  await folder.write("versions/ff_six.ts", text);
  await assertFormatted(folder.directory);
  assertEquals((await loadRevision(join(folder.directory, "versions", "ff_six.ts"))).downRevisions, downRevisions);
});

fileTest("any message comes back as it was given, and one without words is refused", async () => {
  await using folder = await makeMigrations();
  const messages = ["Revises: nothing", `a message of ${"many ".repeat(40)}words`, "Revision ID: none", "1"];
  for (const message of messages) {
    const { path } = await revision(folder.directory, { message });
    assertEquals((await loadRevision(path!)).message, message);
  }
  await assertFormatted(folder.directory);
  for (const message of ["", " ", "…"]) {
    await assertRejects(() => revision(folder.directory, { message }), MissingMessageError, '-m "create heroes"');
  }
  assertEquals((await heads(folder.directory)).length, 1, "nothing was written");
});

Deno.test("a message becomes a part of a file name", () => {
  assertEquals(slugOf("Create heroes"), "create_heroes");
  assertEquals(slugOf("Ünïcode: e.g. naïve"), "unicode_e_g_naive");
  assertEquals(slugOf("…"), "revision");
  assertEquals(slugOf("a ".repeat(40)).length <= 40, true);
});
