import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { CallSite, passOver } from "./call_site.ts";

function loadUsers(): CallSite {
  return new CallSite();
}

Deno.test("a call site names function, file and line of the caller", () => {
  assertMatch(`${loadUsers()}`, /^loadUsers \(call_site_test\.ts:\d+:\d+\)$/);
});

Deno.test("after an await it still names the function", async () => {
  async function loadLater(): Promise<CallSite> {
    await Promise.resolve();
    return new CallSite();
  }
  assertMatch(`${await loadLater()}`, /^loadLater \(call_site_test\.ts:\d+:\d+\)$/);
});

Deno.test("it shows no folder of this machine", () => {
  assertNotMatch(`${loadUsers()}`, /file:|\/.*\//);
});

Deno.test("frames of the library and of packages are passed over", () => {
  const library = new URL("../", import.meta.url).href;
  const site = new CallSite(`Error
    at new CallSite (${library}engine/call_site.ts:5:20)
    at Engine.connect (${library}engine/engine.ts:97:50)
    at RuntimeDriver.acquireConnection (file:///x/node_modules/.deno/kysely@1/dist/driver/runtime-driver.js:37:50)
    at async handle (file:///home/sandy/shop/app.ts:12:5)`);
  assertEquals(`${site}`, "handle (app.ts:12:5)");
  assertEquals(`${new CallSite(`Error\n    at connect (${library}engine/engine.ts:97:50)`)}`, "unknown");
  assertEquals(`${new CallSite("")}`, "unknown");
});

Deno.test("a folder whose name a URL keeps as it is, such as (1), is not shown either", () => {
  const site = new CallSite(`Error
    at async handle (file:///home/sandy/shop%20(1)/app.ts:12:5)
    at file:///home/sandy/shop%20(1)/main.ts:3:1`);
  assertEquals(site.frames, ["handle (app.ts:12:5)", "main.ts:3:1"]);
});

Deno.test("frames of a tool that is built on the library can be passed over", () => {
  const tool = new URL("file:///x/tool/");
  const site = () =>
    `${new CallSite(`Error
    at explain (${tool}explain.ts:5:20)
    at handle (file:///home/sandy/shop/app.ts:12:5)`)}`;
  assertEquals(site(), "explain (explain.ts:5:20)");
  passOver(tool);
  assertEquals(site(), "handle (app.ts:12:5)");
});
