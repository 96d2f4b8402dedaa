import { assertEquals } from "@std/assert";
import { fileTest } from "../../testing/migrations.ts";
import { withTables, wrongNotes } from "../../tools/migrate_table.ts";

/** A table without the widths of its columns, which `deno fmt` chooses. */
function withoutWidths(text: string): string {
  return text.replaceAll(/-{3,}/g, "---").replaceAll(/ {2,}/g, " ");
}

fileTest(
  "the README's tables are those of the program's help; deno run -A tools/migrate_table.ts writes them",
  async () => {
    const readme = await Deno.readTextFile(new URL("README.md", import.meta.url));
    assertEquals(withoutWidths(readme), withoutWidths(withTables(readme)));
  },
);

Deno.test("tools/migrate_table.ts says how each command and option differs from Alembic's, and of no other", () => {
  assertEquals(wrongNotes(), []);
});
