/**
 * JupyterLab in a real Chromium, driven as a reader would: look at the pictures, run all cells, type an answer.
 *
 * @module
 */
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { exists } from "../paths.ts";

/** Where a Chromium may be installed, unless the variable CHROMIUM says where. */
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

/** So long that only what never happens is given up, also on a slow and busy machine. */
const PATIENCE_SECONDS = 120;

/** The path of the Chromium (or Chrome, or Edge) that CHROMIUM names, else of one on this machine, if it is there. */
export async function findChromium(): Promise<string | undefined> {
  const chosen = Deno.env.get("CHROMIUM");
  for (const path of chosen ? [chosen] : places[Deno.build.os] ?? []) {
    if (await exists(path)) return path;
  }
}

/** Starts Chromium; close it with `close()`. */
export async function openBrowser(executablePath: string): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  // Root, and containers without user namespaces, cannot have the sandbox; the pages are our own.
  const args = ["--no-sandbox", "--disable-dev-shm-usage"];
  return await chromium.launch({ executablePath, args, timeout: PATIENCE_SECONDS * 1000 });
}

/**
 * JupyterLab in pages that stay open, as a reader leaves it open: loading it takes more than most notebooks do. Each page
 * is lent to one user at a time.
 */
export class LabPages {
  readonly #browser: Browser;
  readonly #labUrl: string;
  readonly #free: LabPage[] = [];

  /** @param labUrl The address that `lab` printed. */
  constructor(browser: Browser, labUrl: string) {
    this.#browser = browser;
    this.#labUrl = labUrl;
  }

  /** Lends a page. It is closed when the work fails: nobody knows what it shows then. */
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
   * Opens a notebook, the page's first by its address and later ones from the menu, and waits until all of its cells are
   * drawn; after the work closes it and ends its kernel.
   *
   * @param file The notebook's file, as in `01_engine.ipynb`.
   * @param cells How many code cells it has.
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
      await endKernel(this.#labUrl, file); // where it did not come so far
    }
  }

  async #load(file: string): Promise<void> {
    const url = new URL(this.#labUrl);
    url.pathname = `/lab/workspaces/${crypto.randomUUID()}/tree/${file}`;
    await this.#page.goto(url.href);
    this.#isLoaded = true;
    const theme = await this.#page.locator("body[data-jp-theme-name]").getAttribute("data-jp-theme-name");
    if (theme !== "JupyterLab Light") await this.wear("Light"); // another page wears the dark one
  }

  async #open(file: string): Promise<void> {
    await chooseFromMenu(this.#page, "File", /^Open from Path/);
    await this.#page.locator(".jp-Dialog input").fill(file);
    await this.#page.locator(".jp-Dialog .jp-mod-accept").click();
  }

  /**
   * Takes another theme from the menu, and waits until the page wears it. Pages do so one after the other: the server
   * keeps one theme for all of them, and a page wears what it reads back.
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

  /** Closes the page; kernels go on. */
  async close(): Promise<void> {
    await this.#page.close();
  }
}

/** What a code cell shows. */
export interface CellView {
  /** `[ ]:` before it ran, `[*]:` while it runs, `[3]:` afterwards. */
  readonly prompt: string;
  /** The text of its outputs. */
  readonly text: string;
  /** How many pictures one can see below it. */
  readonly pictures: number;
}

/** The notebook that is open in a page. */
export class NotebookPage {
  readonly #page: Page;
  readonly #cells: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#cells = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell");
  }

  /** What each code cell shows now. */
  async views(): Promise<CellView[]> {
    return await this.#cells.evaluateAll((cells) =>
      cells.map((cell) => {
        const texts = (selector: string) => [...cell.querySelectorAll(selector)].map((each) => each.textContent ?? "");
        const pictures = ".jp-RenderedImage img, .jp-RenderedSVG img, .vega-embed canvas, .vega-embed svg.marks";
        return {
          prompt: texts(".jp-InputPrompt").join(""),
          text: texts(".jp-OutputArea-output").join("\n"),
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
   * Waits until the cells show what they must.
   *
   * @throws {Error} They did not within `seconds`; the message says what the cells showed.
   */
  async waitFor(isReached: (views: CellView[]) => boolean, seconds = PATIENCE_SECONDS): Promise<CellView[]> {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const views = await this.views();
      if (isReached(views)) return views;
      if (performance.now() > deadline) {
        const state = views.map(({ prompt, pictures, text }) => `${prompt} ${pictures} pictures ${text.slice(0, 200)}`);
        throw new Error(`JupyterLab did not come so far within ${seconds} s. The cells show:\n${state.join("\n")}`);
      }
      await this.#page.waitForTimeout(200);
    }
  }

  /** Takes "Run All Cells" from the menu and waits until every cell has run (one that fails stops no other). */
  async runAllCells(seconds: number): Promise<CellView[]> {
    // JupyterLab drops the command in silence when the kernel is not connected yet.
    await this.#page.getByRole("button", { name: "Deno | Idle" }).waitFor(); // in the status bar
    await chooseFromMenu(this.#page, "Run", /^Run All Cells/);
    return await this.waitFor((views) => views.every(({ prompt }) => /\[\d+\]/.test(prompt)), seconds);
  }

  /** Replaces the text of a code cell (counted from 0) as one types it, and runs it with Shift+Enter. */
  async typeAndRun(cell: number, source: string): Promise<void> {
    const editor = this.#cells.nth(cell).locator(".cm-content");
    await editor.scrollIntoViewIfNeeded();
    await editor.click();
    await this.#page.keyboard.press("ControlOrMeta+a");
    await this.#page.keyboard.insertText(source);
    await this.#page.keyboard.press("Shift+Enter");
  }

  /** Saves a picture of what is on the screen, with a code cell in sight. */
  async screenshot(folder: string, name: string, cell = 0): Promise<void> {
    await Deno.mkdir(folder, { recursive: true });
    await this.#cells.nth(cell).scrollIntoViewIfNeeded();
    // two frames later it is drawn where it was scrolled to
    await this.#page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
    await this.#page.screenshot({ path: join(folder, `${name}.png`) });
  }

  /** Saves the notebook: its file then holds the outputs. */
  async save(): Promise<void> {
    await this.#page.keyboard.press("ControlOrMeta+s");
    await this.#page.locator(".lm-TabBar-tab.jp-mod-current.jp-mod-dirty").waitFor({ state: "detached" });
  }
}

async function chooseFromMenu(page: Page, menu: string, item: RegExp): Promise<void> {
  await page.locator("#jp-MainMenu").getByText(menu, { exact: true }).click();
  await page.locator(".lm-Menu-item").filter({ hasText: item }).click();
}

/** Ends the kernel of a notebook, if it has one. */
async function endKernel(labUrl: string, file: string): Promise<void> {
  const { origin, searchParams } = new URL(labUrl);
  const headers = { authorization: `token ${searchParams.get("token")}` };
  const sessions: { id: string; path: string }[] = await (await fetch(`${origin}/api/sessions`, { headers })).json();
  for (const { id } of sessions.filter(({ path }) => path === file)) {
    const response = await fetch(`${origin}/api/sessions/${id}`, { method: "DELETE", headers });
    await response.body?.cancel();
  }
}
