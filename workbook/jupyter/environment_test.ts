import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { until } from "../../testing/until.ts";
import { describe, ensureEnvironment, explainPip, explainVenv } from "./environment.ts";
import { SetupError, StoppedError } from "../errors.ts";
import { exists } from "../paths.ts";

const said = (stderr: string) => explainPip({ code: 1, stdout: "", stderr });

Deno.test("pip's failures become a sentence that says what to do", () => {
  assertStringIncludes(said("Failed to establish a new connection: Temporary failure in name resolution"), "network");
  assertStringIncludes(said("No matching version of jupyterlab (from versions: none)"), "network");
  assertStringIncludes(said("OSError: [Errno 28] No space left on device"), "disk is full");
  assertStringIncludes(said("ERROR: something else"), "requirements.txt");
});

Deno.test("a Python without venv is told which package to install", () => {
  const said = (stdout: string) => explainVenv({ code: 1, stdout, stderr: "" });
  assertStringIncludes(
    said("The virtual environment was not created successfully because ensurepip is not available."),
    "sudo apt install python3-venv",
  );
  assertStringIncludes(said("/usr/bin/python3: No module named venv"), "sudo apt install python3-venv");
  assertStringIncludes(said("OSError: [Errno 28] No space left on device"), "disk is full");
  assertStringIncludes(said("Error: something else"), "shown above");
});

Deno.test("the environment keeps another Jupyter's and Python's variables out", () => {
  Deno.env.set("JUPYTER_PATH", "/elsewhere");
  Deno.env.set("PYTHONPATH", "/elsewhere");
  try {
    const { variables } = describe("/checkout/.venv");
    assertEquals([variables.JUPYTER_PATH, variables.PYTHONPATH], [undefined, undefined]);
    assertMatch(variables.JUPYTER_CONFIG_DIR, /jupyter.config$/);
  } finally {
    Deno.env.delete("JUPYTER_PATH");
    Deno.env.delete("PYTHONPATH");
  }
});

/** True once the new environment's pip is being unpacked. */
async function holdsPip(environment: string): Promise<boolean> {
  if (Deno.build.os === "windows") return await exists(join(environment, "Lib", "site-packages", "pip"));
  const [python] = await Array.fromAsync(Deno.readDir(join(environment, "lib"))).catch(() => []); // such as python3.11
  return python !== undefined && await exists(join(environment, "lib", python.name, "site-packages", "pip"));
}

Deno.test("an installation that was interrupted, or failed, is made again by the next run", async () => {
  const folder = await Deno.makeTempDir();
  const requirements = join(folder, "requirements.txt");
  const environment = join(folder, ".venv");
  try {
    // No package to be had: pip fails after the environment itself was made.
    await Deno.writeTextFile(requirements, "./no-such-package\n");
    const failed = await assertRejects(() => ensureEnvironment({ folder: environment, requirements }), SetupError);
    assertEquals(failed.message.split("\n").at(-1)!.startsWith("pip could not install"), true);
    assertEquals(await exists(join(environment, ".stamp")), false);

    const controller = new AbortController();
    const { signal: stop } = controller;
    const making = ensureEnvironment({ folder: environment, requirements, stop });
    await until("Python installs pip", () => holdsPip(environment));
    controller.abort(new StoppedError("stopped"));
    await assertRejects(() => making, StoppedError);
    assertEquals(await exists(join(environment, ".stamp")), false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
