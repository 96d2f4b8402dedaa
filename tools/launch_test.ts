import { assertEquals } from "@std/assert";
import { join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import { emptyTables } from "../testing/application.ts";
import { readOutput } from "../testing/child_output.ts";
import { until } from "../testing/until.ts";
import { testDatabase } from "../testing/test_database.ts";
import { editorDeno } from "../workbook/jupyter/editor.ts";
import { root } from "../workbook/paths.ts";
import { freePort } from "../workbook/jupyter/server.ts";

const database = testDatabase(import.meta.url);

/** A configuration of .vscode/launch.json, as far as the debugger of VS Code needs it here. */
interface Configuration {
  readonly name: string;
  readonly runtimeExecutable: string;
  readonly runtimeArgs: readonly string[];
  readonly program: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly attachSimplePort: number;
}

const { configurations }: { configurations: Configuration[] } = JSON.parse(
  await Deno.readTextFile(join(root, ".vscode", "launch.json")),
);
const inPlace = (text: string) => text.replace("${workspaceFolder}", root);
const named = (name: string) => configurations.find((each) => each.name === name)!;

/** A client of the inspector, like VS Code's debugger. */
interface Inspector extends AsyncDisposable {
  send(method: string, params?: object): Promise<Record<string, unknown>>;
  /** The next event of this name, since the last one that was asked for. */
  event(method: string): Promise<Record<string, unknown>>;
  /** The id of a module that was loaded. */
  script(url: string): string;
  said(): string;
}

/** Starts what the configuration starts, on a port of its own, and attaches to it. */
async function launch(
  configuration: Configuration,
  file: string,
  env: Record<string, string> = {},
): Promise<Inspector> {
  const port = freePort();
  const args = configuration.runtimeArgs.map((arg) => arg.replace(`${configuration.attachSimplePort}`, String(port)));
  const process = new Deno.Command(Deno.execPath(), {
    args: [...args, inPlace(configuration.program).replace("${file}", file)],
    cwd: root,
    env: { ...configuration.env, ...env, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = readOutput(process);
  let address = "";
  await until("the inspector answers", async () => {
    const list = await fetch(`http://127.0.0.1:${port}/json/list`).then((answer) => answer.json(), () => []);
    address = list[0]?.webSocketDebuggerUrl ?? "";
    return address !== "";
  });
  const socket = new WebSocket(address);
  await new Promise((resolve) => socket.onopen = resolve);
  const scripts = new Map<string, string>();
  const answers = new Map<number, (answer: Record<string, unknown>) => void>();
  const events: { method: string; params: Record<string, unknown> }[] = [];
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.method === "Debugger.scriptParsed") scripts.set(message.params.url, message.params.scriptId);
    else if (message.id === undefined) events.push(message);
    else answers.get(message.id)?.(message.result ?? message);
  };
  let id = 0;
  return {
    send: (method, params = {}) =>
      new Promise((resolve) => {
        answers.set(++id, resolve);
        socket.send(JSON.stringify({ id, method, params }));
      }),
    async event(method) {
      await until(`the debugger tells ${method}`, () => events.some((event) => event.method === method));
      return events.splice(0).findLast((event) => event.method === method)!.params;
    },
    script: (url) => scripts.get(url)!,
    said: output.text,
    async [Symbol.asyncDispose]() {
      socket.close();
      try {
        process.kill("SIGKILL");
      } catch {
        // it has ended
      }
      await process.status;
      await output.closed;
    },
  };
}

/** Messages VS Code sends after attaching, without awaiting the responses in between. */
async function begin({ send }: Inspector): Promise<void> {
  await Promise.all(["Runtime.enable", "Debugger.enable", "Runtime.runIfWaitingForDebugger"].map((each) => send(each)));
}

/** The value of an expression in the topmost frame of a program that has stopped. */
async function valueOf(inspector: Inspector, paused: Record<string, unknown>, expression: string): Promise<unknown> {
  const [{ callFrameId }] = paused.callFrames as { callFrameId: string }[];
  const answer = await inspector.send("Debugger.evaluateOnCallFrame", { callFrameId, expression });
  return (answer.result as { value?: unknown }).value;
}

Deno.test("each configuration starts the environment's Deno, on the port of the inspector to which VS Code attaches", () => {
  assertEquals(configurations.map(({ name }) => name), [
    "application on postgres",
    "application on pg",
    "application on libpq",
    "current test file",
    "current module",
  ]);
  for (const { runtimeExecutable, runtimeArgs, attachSimplePort } of configurations) {
    assertEquals(normalize(inPlace(runtimeExecutable)), editorDeno(join(root, ".venv"))); // there may be none on PATH
    assertEquals(runtimeArgs.at(-1), `--inspect-wait=127.0.0.1:${attachSimplePort}`);
  }
});

for (
  const [name, text] of [
    ["current module", `const answer = 42;\ndebugger;\nconsole.log("went on", answer);\n`],
    [
      "current test file",
      `Deno.test("x", () => {\n  const answer = 42;\n  debugger;\n  console.log("went on", answer);\n});\n`,
    ],
  ]
) {
  Deno.test(`${name}: stops at a debugger statement, shows a variable, and goes on`, async () => {
    const file = await Deno.makeTempFile({ suffix: "_test.ts" });
    await Deno.writeTextFile(file, text);
    {
      await using inspector = await launch(named(name), file);
      await begin(inspector);
      const paused = await inspector.event("Debugger.paused");
      assertEquals(await valueOf(inspector, paused, "answer"), 42);
      await inspector.send("Debugger.resume");
      await until("the program goes on", () => inspector.said().includes("went on 42"));
    }
    await Deno.remove(file);
  });
}

for (const driver of ["postgres", "pg", "libpq"]) {
  database.test(`application on ${driver}: stops inside a request`, async (url) => {
    await emptyTables(url);
    const port = freePort();
    await using inspector = await launch(named(`application on ${driver}`), "", {
      DATABASE_URL: url,
      PORT: String(port),
    });
    await begin(inspector);
    await until("the application listens", () => inspector.said().includes(`listening on http://127.0.0.1:${port}`));
    const file = driver === "libpq" ? "toys_and_users_sync.ts" : "toys_and_users.ts";
    // the program as it runs: without types its lines are others (VS Code reads the source map)
    const scriptId = inspector.script(pathToFileURL(join(root, "app", file)).href);
    const { scriptSource } = await inspector.send("Debugger.getScriptSource", { scriptId });
    const lineNumber = String(scriptSource).split("\n").findIndex((line) => line.includes("function getToy"));
    await inspector.send("Debugger.setBreakpoint", { location: { scriptId, lineNumber: lineNumber + 1 } });
    const id = "00000000-0000-4000-8000-000000000000";
    const answer = fetch(`http://127.0.0.1:${port}/toys/${id}`);
    const paused = await inspector.event("Debugger.paused");
    assertEquals(await valueOf(inspector, paused, "id"), id);
    await inspector.send("Debugger.disable");
    assertEquals([(await answer).status, (await (await answer).json()).detail], [404, "Toy not found."]);
  });
}
