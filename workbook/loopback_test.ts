import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { directVariables, proxiesIn } from "./loopback.ts";
import { testDatabase } from "../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const HTTP_PROXY = "http://proxy.example:3128";
const both = (value: string) => ({ NO_PROXY: value, no_proxy: value });

Deno.test("without a proxy nothing is set", () => {
  assertEquals(directVariables({ PATH: "/bin", HTTP_PROXY: "", NO_PROXY: "a.example" }), {});
});

Deno.test("a proxy is found in each of its variables, in upper and lower case", () => {
  for (const variable of ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]) {
    assertEquals(proxiesIn({ [variable]: HTTP_PROXY, NO_PROXY: "a" }), [{ variable, url: HTTP_PROXY }]);
    assertEquals(directVariables({ [variable]: HTTP_PROXY }), both("localhost,127.0.0.1,::1"));
  }
});

Deno.test("what NO_PROXY names in either spelling stays, and more hosts come to it", () => {
  const environment = { HTTP_PROXY, NO_PROXY: "a.example, 127.0.0.1", no_proxy: ".b.example" };
  assertEquals(
    directVariables(environment, ["10.0.0.7"]),
    both("a.example,127.0.0.1,.b.example,localhost,::1,10.0.0.7"),
  );
  assertEquals(directVariables({ HTTP_PROXY, no_proxy: "*" }), both("*"));
});

/** Says, after a notebook's first cell, what this process and one that it starts get from a server on the loopback. */
const CELLS = `
import { setUp } from ${JSON.stringify(new URL("set_up.ts", import.meta.url).href)};
await using workbook = await setUp("08", { run: "proxy", print: () => {} });
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response("here"));
const code = \`console.log(await (await fetch("http://127.0.0.1:\${server.addr.port}/")).text())\`;
const child = await new Deno.Command(Deno.execPath(), { args: ["eval", code] }).output();
console.log(await (await fetch(\`http://127.0.0.1:\${server.addr.port}/\`)).text());
console.log(new TextDecoder().decode(child.stdout) + new TextDecoder().decode(child.stderr));
await server.shutdown();
`;

for (const variable of ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]) {
  database.test(`${variable} names a proxy that is dead: a notebook's requests to this machine arrive`, async (url) => {
    const named = Object.entries(Deno.env.toObject()).filter(([name]) => !/_proxy$/i.test(name));
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", `--config=${fileURLToPath(new URL("../deno.json", import.meta.url))}`, CELLS],
      env: { ...Object.fromEntries(named), [variable]: "http://127.0.0.1:9", DATABASE_URL: url, NO_COLOR: "1" },
      clearEnv: true,
      signal: AbortSignal.timeout(60_000),
    }).output();
    const [said, failed] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
    assertEquals([said, failed], ["here\nhere", ""]);
  });
}
