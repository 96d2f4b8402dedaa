/**
 * Jupyter's settings in the private environment: the available kernel, and JupyterLab's behaviour. Written into `.venv`
 * itself, so that the reader's own Jupyter is neither read nor changed.
 *
 * @module
 */
import { dirname, join } from "node:path";
import type { Environment } from "./environment.ts";
import { exists } from "../paths.ts";

/** The kernelspec. */
export function kernelspec(deno: string) {
  return {
    argv: [deno, "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
    // Interrupted by message, a kernel whose cell awaits never runs another one. A signal reaches the workbook, which
    // cancels what the cell waits for (workbook/interrupts.ts); before the first cell it ends the kernel, and Jupyter
    // starts a new one.
    interrupt_mode: "signal",
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  };
}

const serverSettings = {
  // offer only our kernel: the notebooks are TypeScript, and would fail in a Python one
  KernelSpecManager: { allowed_kernelspecs: ["deno"], ensure_native_kernel: false },
  MultiKernelManager: { default_kernel_name: "deno" },
  // a closed notebook keeps its kernel, with 150 MB and its connections: for another 20 minutes
  MappingKernelManager: { cull_idle_timeout: 1_200, cull_interval: 60, cull_connected: false },
  ServerApp: { answer_yes: true, use_redirect_file: false },
  // no lookup of extensions on PyPI, no news
  LabApp: { extension_manager: "readonly", custom_css: true },
};

const labSettings = {
  "@jupyterlab/apputils-extension:notification": {
    fetchNews: "false",
    checkForUpdates: false,
    doNotDisturbMode: false,
  },
  // the glossary and the README open as rendered Markdown
  "@jupyterlab/docmanager-extension:plugin": { defaultViewers: { markdown: "Markdown Preview" } },
  // render every cell, even those out of view, so that the page does not jump while scrolling past pictures
  "@jupyterlab/notebook-extension:tracker": { windowingMode: "defer" },
};

/**
 * Wraps long lines of text, mostly SQL, between words: JupyterLab's own style breaks them anywhere. On a wide screen prose
 * keeps a width for reading; code, tables and pictures take the room they need.
 */
const style = `body .jp-OutputArea .jp-OutputArea-output pre { word-break: normal; overflow-wrap: anywhere; }
body .jp-Notebook .jp-RenderedMarkdown > :is(p, ul, ol, blockquote, details) { max-width: 46rem; }
`;

/** Writes the kernelspec and the settings into an environment, unless they are there. */
export async function writeJupyterSettings({ folder, deno, variables }: Environment): Promise<void> {
  await write(join(variables.JUPYTER_CONFIG_DIR, "custom", "custom.css"), style);
  await writeJson(join(folder, "share", "jupyter", "kernels", "deno", "kernel.json"), kernelspec(deno));
  await writeJson(join(folder, "etc", "jupyter", "jupyter_server_config.json"), serverSettings);
  await writeJson(join(folder, "share", "jupyter", "lab", "settings", "overrides.json"), labSettings);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await write(path, JSON.stringify(value, null, 2) + "\n");
}

async function write(path: string, text: string): Promise<void> {
  if (await exists(path) && await Deno.readTextFile(path) === text) return;
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}
