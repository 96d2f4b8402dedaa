/** The peers: that nobody downloads them who does not ask for them, and that they compile where they are installed. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { exists, root } from "../paths.ts";
import { run } from "../processes.ts";
import { isPermitted, permittedTest } from "../../testing/permitted.ts";

const folder = join(root, "workbook/bench/peers");
const readJson = async (path: string) => JSON.parse(await Deno.readTextFile(path));

permittedTest(
  "read",
  "peers are installed for the benchmark alone, and stand on the same versions as the library",
  async () => {
    const own: Record<string, string> = (await readJson(join(folder, "deno.json"))).imports;
    const [lock, peersLock] = await Promise.all([root, folder].map((each) => readJson(join(each, "deno.lock"))));
    const { imports } = await readJson(join(root, "deno.json"));
    const shared = ["kysely", "mitata", "pg", "postgres"];
    assertEquals(Object.keys(own).filter((name) => name in imports), shared);
    for (const name of shared) {
      assertEquals(own[name], imports[name]);
      const specifier = Object.keys(lock.specifiers).find((each) => each.startsWith(`npm:${name}@`))!;
      assertEquals(peersLock.specifiers[specifier], lock.specifiers[specifier], name);
    }
    const downloaded = Object.keys(lock.npm);
    for (const name of Object.keys(own).filter((name) => !shared.includes(name))) {
      assertEquals(downloaded.filter((each) => each.startsWith(`${name}@`)), [], name);
    }
  },
);

// Nobody downloads the peers for this test: `deno task test --long` checks them all.
if (isPermitted("read") && await exists(join(folder, "node_modules"))) {
  Deno.test("the peers compile", async () => {
    const { code, stderr } = await run(Deno.execPath(), ["check", "--quiet", "."], { cwd: folder });
    assertEquals(code, 0, stderr);
  });
}
