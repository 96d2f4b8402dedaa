/**
 * What a cell shows when the server has no connection left for it.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ensureEnvironment } from "./environment.ts";
import { execute } from "./execute.ts";
import { visibleText } from "./outputs.ts";
import { notebooksFolder } from "../paths.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

database.test("a cell that gets no connection says which notebooks hold some, itself among them", async (url) => {
  const sources = [
    `import { createEngine } from "../lib/mod.ts";
     import { setUp } from "../workbook/mod.ts";
     const workbook = await setUp("96");
     const engine = createEngine(workbook.url);
     const held = await engine.connect();
     // a server that answers each login with: too many clients
     const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
     const fields = "SFATAL\\0VFATAL\\0C53300\\0Msorry, too many clients already\\0\\0";
     const answer = new TextEncoder().encode("E\\0\\0\\0" + String.fromCharCode(4 + fields.length) + fields);
     listener.accept().then(async (connection) => {
       await connection.read(new Uint8Array(1024));
       await connection.write(answer);
       connection.close();
     });`,
    `const told = Promise.withResolvers();
     const print = console.error;
     console.error = (...texts) => (print(...texts), told.resolve());
     const full = createEngine(\`postgresql+pg://sandy@127.0.0.1:\${listener.addr.port}/shop\`);
     await full.connect().catch(({ message }) => console.log(message));
     await told.promise;`,
    `listener.close();
     await held.close();
     await engine.dispose();
     await workbook.tearDown();`,
  ];
  const { outputs, failure } = await execute({
    environment: await ensureEnvironment(),
    sources,
    folder: notebooksFolder,
    timeout: 60,
    variables: { DATABASE_URL: url, JPY_SESSION_NAME: "/somewhere/my/96_full.ipynb" },
  });
  assertEquals(failure, undefined);
  const said = visibleText(outputs[1]);
  assertStringIncludes(said, "sorry, too many clients already.\nIts connections are all in use: dispose of engines");
  assertStringIncludes(said, "The open notebooks of this folder hold these connections:\n");
  assertStringIncludes(said, "  96_full.ipynb: 1\n");
  assertStringIncludes(said, "Shut down the kernels of those that you do not need");
});
