import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { InvalidDirectoryError, InvalidRevisionError } from "./errors.ts";
import { checkRevision, loadRevision, loadRevisions, parseHeader } from "./revision_file.ts";
import { fileTest, makeMigrations } from "../../testing/migrations.ts";

const HEADER = `/**
 * Create heroes.
 *
 * Tells who wears a cape.
 *
 * Revision ID: 1a2b
 * Revises: 0f0f
 * Create Date: 2025-11-03
 */
export const x = 1;`;

const PATH = "versions/1a2b_create_heroes.ts";
const EXPORTS = { revision: "1a2b", downRevision: "0f0f", up: async () => {}, down: async () => {} };

/** The error when one thing in a right revision is replaced. */
function problem(changes: { path?: string; header?: [string, string]; exports?: Record<string, unknown> }): string {
  const path = changes.path ?? PATH;
  const header = HEADER.replace(...(changes.header ?? ["", ""]));
  return assertThrows(
    () => checkRevision(path, parseHeader(header, path), { ...EXPORTS, ...changes.exports }, "c0ffee"),
    InvalidRevisionError,
    path,
  ).message;
}

Deno.test("the header says what a revision does, its id, its parent and its day", () => {
  assertEquals(parseHeader(HEADER, PATH), {
    message: "Create heroes",
    revision: "1a2b",
    downRevisions: ["0f0f"],
    createDate: "2025-11-03",
  });
  assertEquals(parseHeader(HEADER.replace("0f0f", "base"), PATH).downRevisions, []);
  assertEquals(parseHeader(HEADER.replaceAll("\n", "\r\n"), PATH).message, "Create heroes");
});

Deno.test("the message is the first paragraph of the header, also where it begins as a line below does", () => {
  const message = (text: string) => parseHeader(HEADER.replace("Create heroes", () => text), PATH).message;
  assertEquals(message("Create heroes\n * and their toys.\n *\n * Read this."), "Create heroes and their toys");
  for (const text of ["Revises: nothing", "Revision ID: none", "Create Date: never"]) assertEquals(message(text), text);
});

Deno.test("a right revision becomes a node of the graph", () => {
  const revision = checkRevision(PATH, parseHeader(HEADER, PATH), EXPORTS, "c0ffee");
  assertEquals([revision.id, revision.downRevisions, revision.message], ["1a2b", ["0f0f"], "Create heroes"]);
  assertEquals([revision.checksum, revision.transactional], ["c0ffee", true]);
});

Deno.test("a merge names its parents in header and export, in one order", () => {
  const header = parseHeader(HEADER.replace("Revises: 0f0f", "Revises: 0f0f, 9e9e"), PATH);
  const merge = checkRevision(PATH, header, { ...EXPORTS, downRevision: ["0f0f", "9e9e"] }, "");
  assertEquals(merge.downRevisions, ["0f0f", "9e9e"]);
  assertStringIncludes(
    problem({ exports: { downRevision: ["0f0f", "9e9e"] } }),
    `Revises: 0f0f", but downRevision is [`,
  );
});

Deno.test("a revision may say that it runs outside a transaction", () => {
  const exports = { ...EXPORTS, transactional: false };
  assertEquals(checkRevision(PATH, parseHeader(HEADER, PATH), exports, "").transactional, false);
  assertStringIncludes(problem({ exports: { transactional: "no" } }), "is not a boolean");
});

Deno.test("a wrong header is refused with what to write", () => {
  assertStringIncludes(problem({ header: ["/**", "//"] }), "does not start with a header comment");
  assertStringIncludes(problem({ header: [" * Revises: 0f0f\n", ""] }), `has no line "Revises: base"`);
  assertStringIncludes(problem({ header: ["1a2b", ""] }), `has no line "Revision ID: 1a2b3c4d5e6f"`);
  assertStringIncludes(problem({ header: ["2025-11-03", "3.11.2025"] }), "write year-month-day");
  const silent = HEADER.split("\n").toSpliced(1, 4).join("\n");
  assertThrows(() => parseHeader(silent, PATH), InvalidRevisionError, "has no message in the first line");
});

Deno.test("name, header and exports have to agree", () => {
  assertStringIncludes(problem({ path: "versions/heroes.ts" }), "does not have the form <id>_<message>.ts");
  assertStringIncludes(problem({ path: "versions/9z_create_heroes.ts" }), `exports the revision "1a2b"`);
  assertStringIncludes(problem({ header: ["1a2b", "9z"] }), `header says "Revision ID: 9z"`);
  assertStringIncludes(
    problem({ header: ["0f0f", "base"] }),
    `header says "Revises: base", but downRevision is "0f0f"`,
  );
});

Deno.test("an export that is missing or of another kind is named", () => {
  assertStringIncludes(problem({ exports: { revision: undefined } }), `export const revision = "1a2b"`);
  assertStringIncludes(problem({ exports: { downRevision: undefined } }), "export const downRevision = null");
  assertStringIncludes(problem({ exports: { downRevision: ["0f0f", "0f0f"] } }), "an array of different ids");
  assertStringIncludes(problem({ exports: { downRevision: [] } }), "an array of different ids");
  assertStringIncludes(problem({ exports: { up: undefined } }), "does not export async function up(db)");
  assertStringIncludes(problem({ exports: { down: "DROP TABLE heroes" } }), "does not export async function down(db)");
});

fileTest("the revisions of a folder are loaded; tests and other files are passed over", async () => {
  await using folder = await makeMigrations({ id: "a1" }, { id: "b2", after: "a1" });
  await folder.write("versions/README.md", "# no revision");
  await folder.write("versions/a1_first_test.ts", "throw new Error()");
  const revisions = await loadRevisions(folder.directory);
  assertEquals(revisions.map(({ id, downRevisions }) => [id, downRevisions]), [["a1", []], ["b2", ["a1"]]]);
});

fileTest("a folder without versions/ is refused with what to give", async () => {
  await using folder = await makeMigrations();
  await assertRejects(
    () => loadRevisions(join(folder.directory, "nowhere")),
    InvalidDirectoryError,
    "Specify the folder that contains versions/",
  );
});

fileTest("a file that cannot be loaded is named", async () => {
  await using folder = await makeMigrations({ id: "a1", up: "this is no TypeScript" });
  await assertRejects(
    () => loadRevisions(folder.directory),
    InvalidRevisionError,
    "a1_a1.ts is not a valid revision: it",
  );
});

fileTest("a file that was edited is loaded anew", async () => {
  await using folder = await makeMigrations({ id: "a1", message: "one" });
  const path = join(folder.directory, "versions", "a1_a1.ts");
  const { up } = await loadRevision(path);
  assertEquals((await loadRevision(path)).up, up, "the same text is the same module");
  await folder.write("versions/a1_a1.ts", (await Deno.readTextFile(path)).replace("* one", "* two"));
  const edited = await loadRevision(path);
  assertEquals(edited.message, "two");
  assertEquals(edited.up === up, false);
});

fileTest("the checksum follows the text, but not its line ends", async () => {
  await using folder = await makeMigrations({ id: "a1" });
  const path = join(folder.directory, "versions", "a1_a1.ts");
  const { checksum } = await loadRevision(path);
  const text = await Deno.readTextFile(path);
  await folder.write("versions/a1_a1.ts", text.replaceAll("\n", "\r\n"));
  assertEquals((await loadRevision(path)).checksum, checksum);
  await folder.write("versions/a1_a1.ts", `${text}// more`);
  assertEquals((await loadRevision(path)).checksum === checksum, false);
});

Deno.test("labels and dependencies are optional: a word, or several", () => {
  const read = (exports: Record<string, unknown>) =>
    checkRevision(PATH, parseHeader(HEADER, PATH), { ...EXPORTS, ...exports }, "");
  assertEquals([read({}).branchLabels, read({}).dependsOn], [[], []]);
  const { branchLabels, dependsOn } = read({ branchLabels: "app", dependsOn: ["net", "9e9e"] });
  assertEquals([branchLabels, dependsOn], [["app"], ["net", "9e9e"]]);
  assertStringIncludes(problem({ exports: { branchLabels: ["head"] } }), `"head" cannot be a branch label`);
  assertStringIncludes(problem({ exports: { branchLabels: "a-1" } }), `"a-1" cannot be a branch label`);
  assertStringIncludes(problem({ exports: { dependsOn: 1 } }), "dependsOn is not an id or label");
});

fileTest("revisions may lie in folders of versions/", async () => {
  await using folder = await makeMigrations({ id: "a1" });
  const text = await Deno.readTextFile(join(folder.directory, "versions", "a1_a1.ts"));
  await folder.write("versions/billing/b2_b2.ts", text.replaceAll("a1", "b2"));
  assertEquals((await loadRevisions(folder.directory)).map(({ id }) => id).sort(), ["a1", "b2"]);
});
