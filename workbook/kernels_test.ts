import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { ServerFullError } from "./admin_client.ts";
import { serverVersion } from "./database_url.ts";
import { explainHolders, type KernelRecord, readKernels, recordKernel } from "./kernels.ts";
import { permittedTest } from "../testing/permitted.ts";

/** A register with these records, of processes that are here named "deno". */
async function registerOf(...records: KernelRecord[]): Promise<{ folder: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  for (const [index, record] of records.entries()) {
    await Deno.writeTextFile(join(folder, `${index}.json`), JSON.stringify(record));
  }
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

const nobody = 4_194_303; // the greatest process id on Linux

permittedTest(
  "run",
  "the register names the kernels that run, most connections first, and forgets others",
  async () => {
    const [few, many] = [
      { pid: Deno.pid, notebook: "01_engine.ipynb", connections: 2 },
      { pid: Deno.pid, notebook: "07_drivers.ipynb", connections: 40 },
    ];
    const gone = { pid: nobody, notebook: "03_session.ipynb", connections: 9 };
    await using register = await registerOf(few, gone, many);
    assertEquals(await readKernels(register.folder, "deno"), [many, few]);
    assertEquals([...Deno.readDirSync(register.folder)].map(({ name }) => name).sort(), ["0.json", "2.json"]);
    assertEquals(await readKernels(register.folder), [], "the process id belongs to another program by now");
  },
);

permittedTest("run", "who holds connections is said with what to do", async () => {
  const idle = { pid: Deno.pid, notebook: "00_welcome.ipynb", connections: 0 };
  await using register = await registerOf(idle, { ...idle, notebook: "07_drivers.ipynb", connections: 87 });
  assertEquals(
    await explainHolders(register.folder, "deno"),
    "The open notebooks of this folder hold these connections:\n  07_drivers.ipynb: 87\nShut down the kernels of those " +
      "that you do not need: in JupyterLab, the tab of the square in a circle at the left lists them under KERNELS.",
  );
  assertStringIncludes(await explainHolders(join(register.folder, "none"), "deno"), "other programs do");
});

permittedTest("run", "a kernel writes its record when its connections change", async () => {
  await using register = await registerOf();
  let connections = 0;
  using record = recordKernel("07", () => connections, register.folder);
  const records = () => readKernels(register.folder, "deno");
  assertEquals((await records()).map(({ pid, connections }) => [pid, connections]), [[Deno.pid, 0]]);
  connections = 5;
  record.write();
  assertEquals((await records()).map(({ connections }) => connections), [5]);
});

/** The answer to a login of a server without a free connection. */
function refusal(): Uint8Array {
  const fields = "SFATAL\0VFATAL\0C53300\0Msorry, too many clients already\0\0";
  const message = new Uint8Array(5 + fields.length);
  message[0] = "E".charCodeAt(0);
  new DataView(message.buffer).setUint32(1, 4 + fields.length);
  message.set(new TextEncoder().encode(fields), 5);
  return message;
}

permittedTest("net", "a server without a free connection is not taken for a wrong URL", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(1024));
    await connection.write(refusal());
    await connection.read(new Uint8Array(1024));
  })();
  const error = await assertRejects(
    () => serverVersion(`postgresql://sandy:secret@127.0.0.1:${listener.addr.port}/shop`),
    ServerFullError,
  );
  await serving;
  assertStringIncludes(
    error.message,
    "PostgreSQL has no free connection (SQLSTATE 53300: sorry, too many clients already). ",
  );
  assertEquals([error.code, error.message.includes("DATABASE_URL")], ["53300", false]);
});
