import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { makeProject, type Project, TextNotFoundError } from "./project.ts";
import { testDatabase } from "../testing/test_database.ts";

const database = testDatabase(import.meta.url);

/** A project whose prints are kept. */
async function made(url: string): Promise<{ project: Project; printed: string[] }> {
  const printed: string[] = [];
  const schema = `notebook_00_${crypto.randomUUID().slice(0, 8)}`;
  return { project: await makeProject({ schema, url }, (text) => void printed.push(text)), printed };
}

database.test("a project is an empty folder with one task, made anew each time, and removed at the end", async (url) => {
  const schema = `notebook_00_${crypto.randomUUID().slice(0, 8)}`;
  const first = await makeProject({ schema, url });
  await first.write("src/models.ts", "export {};\n");
  await using project = await makeProject({ schema, url });
  assertEquals(await project.list(), ["deno.json"]);
  await project.remove();
  await project.remove();
  await assertRejects(() => Deno.stat(project.folder), Deno.errors.NotFound);
});

database.test("its commands run in the folder, on the notebook's database, and are printed with what they say", async (url) => {
  const { project, printed } = await made(url);
  await using _ = project;
  await project.run("deno task migrate init");
  assertEquals(printed.pop(), "$ deno task migrate init\ncreated migrations/env.ts\ncreated migrations/versions\n");
  await project.run('deno task migrate revision -m "create heroes"');
  assertMatch(printed.pop()!, /\ncreated migrations\/versions\/[0-9a-f]{12}_create_heroes\.ts\n$/);
  assertEquals(await project.list("migrations"), ["env.ts", "versions"]);
  await project.run("deno task migrate current");
  assertEquals(printed.pop(), "$ deno task migrate current\nbase: no revision is applied\n");
});

database.test("a command that fails is printed with its status, and with paths as seen from the folder", async (url) => {
  const { project, printed } = await made(url);
  await using _ = project;
  await project.run("deno task migrate current");
  assertMatch(
    printed[0],
    /^\$ deno task migrate current\nmigrations\/env\.ts does not exist\. .*\n\(exit status 1\)\n$/,
  );
  await assertRejects(() => project.run("rm -rf x"), TypeError, "not: rm -rf x");
});

database.test("edit replaces a text that stands there once", async (url) => {
  const { project } = await made(url);
  await using _ = project;
  await project.write("a.txt", "one two two");
  await project.edit("a.txt", "one", "1");
  assertEquals(await project.read("a.txt"), "1 two two");
  await assertRejects(() => project.edit("a.txt", "two", "2"), TextNotFoundError, "2 times");
  await assertRejects(() => project.edit("a.txt", "three", "3"), TextNotFoundError, "does not contain this text");
});
