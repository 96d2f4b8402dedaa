/**
 * Drives JupyterLab in Chromium as a reader would: viewing pictures, running all cells, typing an answer.
 *
 * @module
 */
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { exists } from "../paths.ts";

/** Common locations of Chromium, used unless the variable CHROMIUM is set. */
const places: Record<string, string[]> = {
  linux: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"],
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ],
  windows: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
  ],
};

/** Time limit that allows for a slow and busy machine, in seconds. */
const PATIENCE_SECONDS = 120;

/** Returns the path of Chromium (or Chrome, or Edge): that of CHROMIUM, otherwise one found on this machine. */
export async function findChromium(): Promise<string | undefined> {
  const chosen = Deno.env.get("CHROMIUM");
  for (const path of chosen ? [chosen] : places[Deno.build.os] ?? []) {
    if (await exists(path)) return path;
  }
}

/** Starts Chromium; close it with `close()`. */
export async function openBrowser(executablePath: string): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  // root, and containers without user namespaces, cannot use the sandbox; only our own pages are loaded
  const args = ["--no-sandbox", "--disable-dev-shm-usage"];
  return await chromium.launch({ executablePath, args, timeout: PATIENCE_SECONDS * 1000 });
}

/**
 * JupyterLab pages that stay open, because loading JupyterLab takes longer than most notebooks. Each page is used by
 * one test at a time.
 */
export class LabPages {
  readonly #browser: Browser;
  readonly #labUrl: string;
  readonly #free: LabPage[] = [];

  /** @param labUrl the address printed by `lab`. */
  constructor(browser: Browser, labUrl: string) {
    this.#browser = browser;
    this.#labUrl = labUrl;
  }

  /** Lends a page. A page whose work fails is closed, because its state is unknown. */
  async use(work: (page: LabPage) => Promise<void>): Promise<void> {
    const page = this.#free.pop() ?? await this.#newPage();
    try {
      await work(page);
    } catch (error) {
      await page.close();
      throw error;
    }
    this.#free.push(page);
  }

  async #newPage(): Promise<LabPage> {
    return new LabPage(await this.#browser.newPage({ viewport: { width: 1280, height: 900 } }), this.#labUrl);
  }
}

/** JupyterLab in one page, with one notebook open at a time. */
export class LabPage {
  static #lastTheme: Promise<void> = Promise.resolve();
  readonly #page: Page;
  readonly #labUrl: string;
  #isLoaded = false;

  constructor(page: Page, labUrl: string) {
    page.setDefaultTimeout(PATIENCE_SECONDS * 1000);
    this.#page = page;
    this.#labUrl = labUrl;
  }

  /**
   * Opens a notebook, the first by its address and later ones from the menu, and waits until all cells are rendered;
   * afterwards closes it and shuts down its kernel.
   * @param file the notebook's file, such as `01_engine.ipynb`.
   * @param cells its number of code cells.
   */
  async withNotebook(file: string, cells: number, work: (notebook: NotebookPage) => Promise<void>): Promise<void> {
    try {
      if (this.#isLoaded) await this.#open(file);
      else await this.#load(file);
      const notebook = new NotebookPage(this.#page);
      await notebook.waitFor((views) => views.length === cells);
      await work(notebook);
      await chooseFromMenu(this.#page, "File", /^Close and Shut Down Notebook/);
      await this.#page.locator(".jp-Dialog .jp-mod-accept").click();
      await this.#page.locator(".jp-NotebookPanel").waitFor({ state: "detached" });
    } finally {
      await endKernel(this.#labUrl, file); // if it was not closed properly
    }
  }

  async #load(file: string): Promise<void> {
    const url = new URL(this.#labUrl);
    url.pathname = `/lab/workspaces/${crypto.randomUUID()}/tree/${file}`;
    await this.#page.goto(url.href);
    this.#isLoaded = true;
    const theme = await this.#page.locator("body[data-jp-theme-name]").getAttribute("data-jp-theme-name");
    if (theme !== "JupyterLab Light") await this.wear("Light"); // another page uses the dark theme
  }

  async #open(file: string): Promise<void> {
    await chooseFromMenu(this.#page, "File", /^Open from Path/);
    await this.#page.locator(".jp-Dialog input").fill(file);
    await this.#page.locator(".jp-Dialog .jp-mod-accept").click();
  }

  /**
   * Selects another theme from the menu, and waits until it is applied. Pages do so one at a time: the server stores
   * one theme for all, and a page applies what it reads back.
   */
  async wear(theme: "Light" | "Dark"): Promise<void> {
    LabPage.#lastTheme = LabPage.#lastTheme.catch(() => {}).then(() => this.#wear(theme));
    await LabPage.#lastTheme;
  }

  async #wear(theme: string): Promise<void> {
    const name = `JupyterLab ${theme}`;
    await this.#page.locator("#jp-MainMenu").getByText("Settings", { exact: true }).click();
    await this.#page.locator(".lm-Menu-item").filter({ hasText: /^Theme/ }).hover();
    await this.#page.locator(".lm-Menu-itemLabel").getByText(name, { exact: true }).click();
    await this.#page.locator(`body[data-jp-theme-name="${name}"]`).waitFor({ state: "attached" });
  }

  /** Closes the page; kernels keep running. */
  async close(): Promise<void> {
    await this.#page.close();
  }
}

/** The visible state of a code cell. */
export interface CellView {
  /** `[ ]:` before running, `[*]:` while running, `[3]:` afterwards. */
  readonly prompt: string;
  /** Text of its outputs. */
  readonly text: string;
  /** Number of visible pictures below it. */
  readonly pictures: number;
  /** Number of legends in each chart below it. */
  readonly legends: readonly number[];
  /** Number of formulas below it. */
  readonly formulas: number;
}

/** The notebook open in a page. */
export class NotebookPage {
  readonly #page: Page;
  readonly #cells: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#cells = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell");
  }

  /** Returns the visible state of each code cell. */
  async views(): Promise<CellView[]> {
    return await this.#cells.evaluateAll((cells) =>
      cells.map((cell) => {
        const texts = (selector: string) => [...cell.querySelectorAll(selector)].map((each) => each.textContent ?? "");
        const pictures = ".jp-RenderedImage img, .jp-RenderedSVG img, .vega-embed canvas, .vega-embed svg.marks";
        const charts = [...cell.querySelectorAll(".vega-embed svg.marks")];
        return {
          legends: charts.map((chart) => chart.querySelectorAll(".role-legend").length),
          prompt: texts(".jp-InputPrompt").join(""),
          text: texts(".jp-OutputArea-output").join("\n"),
          formulas: cell.querySelectorAll(".jp-OutputArea-output mjx-container").length,
          pictures: [...cell.querySelectorAll(pictures)].filter((picture) => {
            const { width, height } = picture.getBoundingClientRect();
            const loaded = (picture as { naturalWidth?: number }).naturalWidth !== 0;
            return loaded && width > 1 && height > 1;
          }).length,
        };
      })
    );
  }

  /**
   * Waits until the cells reach a state.
   * @throws {Error} if they do not within `seconds`; the message contains their state.
   */
  async waitFor(isReached: (views: CellView[]) => boolean, seconds = PATIENCE_SECONDS): Promise<CellView[]> {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const views = await this.views();
      if (isReached(views)) return views;
      if (performance.now() > deadline) {
        const state = views.map(({ prompt, pictures, text }) => `${prompt} ${pictures} pictures ${text.slice(0, 200)}`);
        throw new Error(
          `JupyterLab did not reach the expected state within ${seconds} s. The cells show:\n${state.join("\n")}`,
        );
      }
      await this.#page.waitForTimeout(200);
    }
  }

  /**
   * Selects "Run All Cells" from the menu and waits until every cell has run (a failing cell does not stop the others).
   */
  async runAllCells(seconds: number): Promise<CellView[]> {
    // JupyterLab silently drops the command while the kernel is not connected
    await this.#page.getByRole("button", { name: "Deno | Idle" }).waitFor(); // in the status bar
    await chooseFromMenu(this.#page, "Run", /^Run All Cells/);
    return await this.waitFor((views) => views.every(({ prompt }) => /\[\d+\]/.test(prompt)), seconds);
  }

  /** Types a new text into a code cell (counted from 0) and runs it with Shift+Enter. */
  async typeAndRun(cell: number, source: string): Promise<void> {
    const editor = this.#cells.nth(cell).locator(".cm-content");
    await editor.scrollIntoViewIfNeeded();
    await editor.click();
    await this.#page.keyboard.press("ControlOrMeta+a");
    await this.#page.keyboard.insertText(source);
    await this.#page.keyboard.press("Shift+Enter");
  }

  /** Takes a screenshot, with a code cell in view. */
  async screenshot(folder: string, name: string, cell = 0): Promise<void> {
    await Deno.mkdir(folder, { recursive: true });
    await this.#cells.nth(cell).scrollIntoViewIfNeeded();
    // wait two frames for the scroll position
    await this.#page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
    await this.#page.screenshot({ path: join(folder, `${name}.png`) });
  }

  /** Saves the notebook with its outputs. */
  async save(): Promise<void> {
    await this.#page.keyboard.press("ControlOrMeta+s");
    await this.#page.locator(".lm-TabBar-tab.jp-mod-current.jp-mod-dirty").waitFor({ state: "detached" });
  }
}

async function chooseFromMenu(page: Page, menu: string, item: RegExp): Promise<void> {
  await page.locator("#jp-MainMenu").getByText(menu, { exact: true }).click();
  await page.locator(".lm-Menu-item").filter({ hasText: item }).click();
}

/** Shuts down the kernel of a notebook, if any. */
async function endKernel(labUrl: string, file: string): Promise<void> {
  const { origin, searchParams } = new URL(labUrl);
  const headers = { authorization: `token ${searchParams.get("token")}` };
  const sessions: { id: string; path: string }[] = await (await fetch(`${origin}/api/sessions`, { headers })).json();
  for (const { id } of sessions.filter(({ path }) => path === file)) {
    const response = await fetch(`${origin}/api/sessions/${id}`, { method: "DELETE", headers });
    await response.body?.cancel();
  }
}
