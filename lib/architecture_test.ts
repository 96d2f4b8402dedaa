import { assertEquals } from "@std/assert";

/** What the modules of a folder may import beside their own folder. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  base: [],
  kysely: ["base", "engine/errors.ts", "engine/transaction_options.ts", "schema/naming.ts"], // which import nothing of it
  text: [],
  stream: ["base", "engine", "kysely", "orm", "schema"], // the cursor is used by the engine, and what passes by the session
  engine: ["base", "kysely", "stream", "text"],
  schema: ["engine"],
  // not worth teaching, but methods
  orm: ["base", "engine", "ext/from_statement.ts", "ext/merge.ts", "kysely", "schema", "stream", "text"],
  sync: ["base", "engine", "kysely", "orm", "schema", "stream", "text"],
  ext: ["base", "engine", "kysely", "orm", "schema"],
  migrate: ["base", "engine", "kysely", "schema", "text"],
  show: ["engine", "schema", "text"],
};

/** Folders that only tests import. */
const TESTS_ONLY = new Set(["conformance", "testing"]);

const canRead = Deno.permissions.querySync({ name: "read", path: new URL("./", import.meta.url) }).state === "granted";

Deno.test({
  name: `imports point one way: engine ← schema ← orm ← ext, schema ← migrate${
    canRead ? "" : " [needs to read: deno test -P lib]"
  }`,
  ignore: !canRead,
  async fn() {
    const wrong: string[] = [];
    for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
      for await (const file of modules(new URL(`${folder}/`, import.meta.url))) {
        for (const [, specifier] of (await Deno.readTextFile(file)).matchAll(/(?:from|import\()\s*"(\.[^"]*)"/g)) {
          const target = new URL(specifier, file).href.split("/lib/").at(-1)!;
          const isAllowed = [folder, ...allowed].some((prefix) => target === prefix || target.startsWith(`${prefix}/`));
          if (!isAllowed) wrong.push(`${file.href.split("/lib/").at(-1)} imports ${target}`);
        }
      }
    }
    assertEquals(wrong, []);
  },
});

async function* modules(folder: URL): AsyncGenerator<URL> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory && !TESTS_ONLY.has(entry.name)) yield* modules(new URL(`${entry.name}/`, folder));
    else if (entry.name.endsWith(".ts") && !/_test\.ts$/.test(entry.name)) yield new URL(entry.name, folder);
  }
}
