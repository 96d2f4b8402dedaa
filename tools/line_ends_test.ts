import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { findProgram } from "../workbook/find_program.ts";
import { root } from "../workbook/paths.ts";
import { run } from "../workbook/processes.ts";

const program = await findProgram("git");

/**
 * Runs git without the reader's own settings.
 * @returns its exit status.
 */
async function git(folder: string, ...args: string[]): Promise<number> {
  const nowhere = Deno.build.os === "windows" ? "NUL" : "/dev/null";
  const env = { ...Deno.env.toObject(), GIT_CONFIG_GLOBAL: nowhere, GIT_CONFIG_NOSYSTEM: "1" };
  return (await run(program!, ["-C", folder, ...args], { env })).code;
}

const texts = ["Dockerfile", "run", "a.ts", "a.json", "a.ipynb", "a.md", "a.py", "a.txt", "a.yml", "deno.lock"];

Deno.test({
  name: `a clone with core.autocrlf=true, as Git for Windows makes it, is the same${program ? "" : " [needs git]"}`,
  ignore: !program,
  async fn() {
    const folder = await Deno.makeTempDir();
    const [original, clone] = [join(folder, "original"), join(folder, "clone")];
    await Deno.mkdir(original);
    await Deno.copyFile(join(root, ".gitattributes"), join(original, ".gitattributes"));
    const files = { ...Object.fromEntries(texts.map((name) => [name, "one\ntwo\n"])), "a.png": "one\r\ntwo\n" };
    for (const [name, content] of Object.entries(files)) await Deno.writeTextFile(join(original, name), content);
    const author = ["-c", "user.name=sandy", "-c", "user.email=sandy@example.com"];
    assertEquals(await git(original, "init", "--quiet"), 0);
    assertEquals(await git(original, "add", "--all"), 0);
    assertEquals(await git(original, ...author, "commit", "--quiet", "--message", "files of every kind"), 0);
    assertEquals(await git(folder, "clone", "--quiet", "-c", "core.autocrlf=true", original, clone), 0);
    const got = Object.keys(files).map(async (name) => [name, await Deno.readTextFile(join(clone, name))]);
    assertEquals(Object.fromEntries(await Promise.all(got)), files);
    await Deno.remove(folder, { recursive: true });
  },
});
