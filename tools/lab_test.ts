import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { until } from "../testing/until.ts";
import { type LabProcess, startLab } from "../testing/lab_process.ts";
import { root } from "../workbook/paths.ts";
import { isRunning, run } from "../workbook/processes.ts";
import { freePort } from "../workbook/jupyter/server.ts";

// quiet: where another Deno process works in this checkout, Deno says on stderr that it waits
const lab = (...args: string[]) =>
  run(Deno.execPath(), ["run", "-A", "--quiet", join(root, "tools", "lab.ts"), ...args]);

Deno.test("--help says what the options do", async () => {
  const { code, stdout } = await lab("--help");
  assertEquals(code, 0);
  assertStringIncludes(stdout, "--no-browser");
});

Deno.test("a port that is taken, and an option that is unknown, are told in a sentence", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const taken = await lab("--no-browser", "--port", String(listener.addr.port));
  assertEquals([taken.code, taken.stdout], [1, ""]);
  assertMatch(taken.stderr, /^Port \d+ is taken.*such as --port \d+\.\n$/);
  assertMatch((await lab("--port", "8o8")).stderr, /^--port takes a number from 1 to 65535, not "8o8"\.\n$/);
  const unknown = await lab("--prot", "1");
  assertEquals([unknown.code, unknown.stderr], [
    2,
    "error: unknown option '--prot'\n(Did you mean --port?)\n(--help lists the options)\n",
  ]);
});

Deno.test("an address that is none of this machine's is one sentence and status 1", async () => {
  const { code, stderr } = await lab("--no-browser", "--port", String(freePort()), "--host", "198.51.100.7");
  assertEquals(code, 1);
  assertMatch(stderr, /^JupyterLab cannot listen on 198\.51\.100\.7: give --host an address or a name of this machine/);
});

/** The addresses to try: every one of both kinds, and the one by which other machines reach this one. */
function hosts(): string[] {
  const own = Deno.networkInterfaces().find(({ family, address }) => family === "IPv4" && !address.startsWith("127."));
  const all = ["::", ...(own ? [own.address] : [])];
  return all.filter((hostname) => {
    try {
      Deno.listen({ hostname, port: 0 }).close();
      return true;
    } catch {
      return false; // a machine without IPv6
    }
  });
}

for (const host of hosts()) {
  const name = host === "::" ? host : "with the address by which others reach this machine";
  Deno.test(`--host ${name}, and a proxy that never answers: JupyterLab is ready there`, async () => {
    const state = await Deno.makeTempDir();
    using proxy = Deno.listen({ hostname: "127.0.0.1", port: 0 }); // whose connections nobody takes
    const dead = `http://127.0.0.1:${proxy.addr.port}`;
    const server = await startLab(["--port", String(freePort()), "--host", host], {
      ...{ HTTP_PROXY: dead, HTTPS_PROXY: dead, ALL_PROXY: dead, NO_PROXY: "", no_proxy: "" },
      WORKBOOK_JUPYTER: state,
    });
    assertEquals(new URL(server.url).hostname, host === "::" ? "[::1]" : host);
    assertEquals(Object.keys((await api(server, "GET", "/api/kernelspecs")).kernelspecs), ["deno"]);
    assertEquals(await server.stop(), 0);
    await Deno.remove(state, { recursive: true });
  });
}

async function api(server: LabProcess, method: string, path: string, body?: { name: string }) {
  const { origin, searchParams } = new URL(server.url);
  const headers = { authorization: `token ${searchParams.get("token")}`, "content-type": "application/json" };
  return await (await fetch(origin + path, { method, headers, body: body && JSON.stringify(body) })).json();
}

const onLinux = Deno.build.os === "linux";

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `${signal} stops JupyterLab and every kernel, also one that is busy, and what a cell started${
      onLinux ? "" : " [only on Linux]"
    }`,
    ignore: !onLinux,
    async fn() {
      const state = await Deno.makeTempDir();
      const server = await startLab(["--port", String(freePort())], { WORKBOOK_JUPYTER: state });
      const { kernelspecs } = await api(server, "GET", "/api/kernelspecs");
      assertEquals(Object.keys(kernelspecs), ["deno"]);
      for (let kernel = 0; kernel < 2; kernel++) await api(server, "POST", "/api/kernels", { name: "deno" });
      const [{ id }] = await api(server, "GET", "/api/kernels");
      const started = join(state, "pid");
      await keepBusy(server, id, started);
      const pid = await Deno.readTextFile(started);
      assertEquals(await server.stop(signal), 0);
      assertStringIncludes(server.output(), "deno task db stop");
      // What was killed is gone when the system comes to it, a moment later.
      await until(`process ${pid} is gone`, async () => !await isRunning(pid));
      await until("every kernel is gone", async () => (await processesWith(join(state, "runtime"))).length === 0);
      await Deno.remove(state, { recursive: true });
    },
  });
}

/** Has a kernel start a program and then compute for ever. */
async function keepBusy(server: LabProcess, kernel: string, file: string): Promise<void> {
  const { host, searchParams } = new URL(server.url);
  const socket = new WebSocket(`ws://${host}/api/kernels/${kernel}/channels?token=${searchParams.get("token")}`);
  await new Promise((resolve) => socket.onopen = resolve);
  const code = `const child = new Deno.Command("sleep", { args: ["600"] }).spawn();
Deno.writeTextFileSync(${JSON.stringify(file)}, String(child.pid));
while (true);`;
  const header = {
    msg_id: "1",
    msg_type: "execute_request",
    username: "",
    session: "1",
    version: "5.3",
    date: new Date().toISOString(),
  };
  const content = {
    code,
    silent: false,
    store_history: false,
    user_expressions: {},
    allow_stdin: false,
    stop_on_error: true,
  };
  socket.send(JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: "shell", buffers: [] }));
  await until("the kernel runs the cell", async () => await Deno.readTextFile(file).catch(() => "") !== "");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
}

/** The command lines of running processes that hold a text. */
async function processesWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const line = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (line.includes(text)) found.push(line);
  }
  return found;
}
