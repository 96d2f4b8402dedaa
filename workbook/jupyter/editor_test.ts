import { assert, assertEquals } from "@std/assert";
import { dirname, join, relative } from "node:path";
import { editorDeno, writeEditorDeno } from "./editor.ts";
import { describe, writeSettings } from "./environment.ts";
import { exists, root } from "../paths.ts";

const vscode = async (name: string) => JSON.parse(await Deno.readTextFile(join(root, ".vscode", name)));
const settings: Record<string, string> = await vscode("settings.json");
const environmentFolder = join(root, ".venv");

/** An environment with a program in Deno's place, made as the set-up makes the rest. */
async function withEnvironment(run: (environment: ReturnType<typeof describe>) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const environment = describe(folder);
  try {
    await Deno.mkdir(dirname(environment.deno), { recursive: true });
    await Deno.writeTextFile(environment.deno, "the program");
    await run(environment);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("VS Code is offered the extensions for Deno, for notebooks, and the one that finds .venv", async () => {
  const { recommendations } = await vscode("extensions.json");
  assertEquals(recommendations, ["denoland.vscode-deno", "ms-toolsai.jupyter", "ms-python.python"]);
});

Deno.test("deno.path is one path on every system, and the set-up puts the environment's Deno there", async () => {
  assertEquals(settings["deno.path"], relative(root, editorDeno(environmentFolder)).replaceAll("\\", "/"));
  await withEnvironment(async (environment) => {
    await writeSettings(environment);
    const path = join(environment.folder, relative(".venv", settings["deno.path"]));
    assertEquals(await Deno.readTextFile(path), "the program");
    assertEquals((await Deno.stat(path)).ino, (await Deno.stat(environment.deno)).ino); // no second 115 MB
    await writeEditorDeno(environment); // a second set-up finds it
  });
});

Deno.test("the Python of VS Code is the environment, and below it is the kernel that the notebooks name", async () => {
  // a folder: the extension looks for bin/python in it, on Windows for Scripts/python.exe
  assertEquals(settings["python.defaultInterpreterPath"], "${workspaceFolder}/.venv");
  const { python } = describe(environmentFolder);
  assert(["bin/python", "Scripts\\python.exe"].includes(relative(environmentFolder, python)), python);
  const notebook = JSON.parse(await Deno.readTextFile(join(root, "notebooks", "01_engine.ipynb")));
  await withEnvironment(async (environment) => {
    await writeSettings(environment);
    // where the Jupyter extension looks for the kernels of an interpreter
    const file = join(
      environment.folder,
      "share",
      "jupyter",
      "kernels",
      notebook.metadata.kernelspec.name,
      "kernel.json",
    );
    const { argv, display_name, language } = JSON.parse(await Deno.readTextFile(file));
    assertEquals([display_name, language], [
      notebook.metadata.kernelspec.display_name,
      notebook.metadata.kernelspec.language,
    ]);
    assertEquals([argv[0], await exists(argv[0])], [environment.deno, true]);
  });
});
