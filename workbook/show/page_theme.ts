/**
 * The theme of the page in which a picture is about to be shown.
 *
 * @module
 */
import { join } from "node:path";
import { runningKernel } from "./display.ts";

/** Where JupyterLab keeps the reader's choice, below its settings. */
const CHOICE = ["lab", "user-settings", "@jupyterlab", "apputils-extension", "themes.jupyterlab-settings"];

/**
 * Returns whether pictures are drawn for a dark page: WORKBOOK_THEME is `dark`, or, in a kernel, JupyterLab's theme is
 * dark. The kernel is told nothing about its page, but can read the settings that JupyterLab has saved.
 */
export function isDarkPage(env: (name: string) => string | undefined = readEnv): boolean {
  const own = env("WORKBOOK_THEME");
  if (own) return own === "dark";
  if (!runningKernel()) return false;
  const folder = env("JUPYTER_CONFIG_DIR");
  if (!folder) return false;
  try {
    return isDarkTheme(Deno.readTextFileSync(join(folder, ...CHOICE)));
  } catch {
    return false; // nothing chosen yet: JupyterLab begins light
  }
}

/** Returns whether JupyterLab's settings, JSON with comments, name a dark theme. */
export function isDarkTheme(settings: string): boolean {
  const chosen = settings.replaceAll(/^\s*\/\/.*$/gm, "").match(/"theme"\s*:\s*"([^"]*)"/)?.[1];
  return chosen !== undefined && /dark/i.test(chosen);
}

function readEnv(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch {
    return undefined; // without permission
  }
}
