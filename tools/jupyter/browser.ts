/**
 * JupyterLab in a real Chromium, driven as a reader would: look at the pictures, run all cells, type an answer.
 *
 * @module
 */
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { exists } from "./paths.ts";

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

/** What a code cell shows. */
export interface CellView {
  /** `[ ]:` before it ran, `[*]:` while it runs, `[3]:` afterwards. */
  readonly prompt: string;
  /** The text of its outputs. */
  readonly text: string;
  /** How many pictures one can see below it. */
  readonly pictures: number;
}

/** A notebook open in JupyterLab. */
export class NotebookPage {
  readonly #page: Page;
  readonly #cells: Locator;

  private constructor(page: Page) {
    this.#page = page;
    this.#cells = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell");
  }

  /**
   * Opens a notebook and waits until all of its cells are drawn.
   *
   * @param labUrl The address that `lab` printed.
   * @param file The notebook's file, as in `01_engine.ipynb`.
   * @param cells How many code cells it has.
   */
  static async open(browser: Browser, labUrl: string, file: string, cells: number): Promise<NotebookPage> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(PATIENCE_SECONDS * 1000);
    const url = new URL(labUrl);
    url.pathname = `/lab/workspaces/${crypto.randomUUID()}/tree/${file}`;
    await page.goto(url.href);
    const notebook = new NotebookPage(page);
    await notebook.waitFor((views) => views.length === cells);
    return notebook;
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
    await this.#page.locator("#jp-MainMenu").getByText("Run", { exact: true }).click();
    await this.#page.locator(".lm-Menu-item").filter({ hasText: /^Run All Cells/ }).click();
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

  /** Takes another theme from the menu, `"Light"` or `"Dark"`, and waits until the page wears it. */
  async wear(theme: "Light" | "Dark"): Promise<void> {
    const name = `JupyterLab ${theme}`;
    await this.#page.locator("#jp-MainMenu").getByText("Settings", { exact: true }).click();
    await this.#page.locator(".lm-Menu-item").filter({ hasText: /^Theme/ }).hover();
    await this.#page.locator(".lm-Menu-itemLabel").getByText(name, { exact: true }).click();
    await this.#page.locator(`body[data-jp-theme-name="${name}"]`).waitFor({ state: "attached" });
  }

  /** Saves a picture of what is on the screen, with a code cell in sight. */
  async screenshot(folder: string, name: string, cell = 0): Promise<void> {
    await Deno.mkdir(folder, { recursive: true });
    await this.#cells.nth(cell).scrollIntoViewIfNeeded();
    await this.#page.waitForTimeout(300);
    await this.#page.screenshot({ path: join(folder, `${name}.png`) });
  }

  /** Saves the notebook: its file then holds the outputs. */
  async save(): Promise<void> {
    await this.#page.keyboard.press("ControlOrMeta+s");
    await this.#page.locator(".lm-TabBar-tab.jp-mod-current.jp-mod-dirty").waitFor({ state: "detached" });
  }

  /** Closes the page; the kernel goes on. */
  async close(): Promise<void> {
    await this.#page.close();
  }
}

/** Ends every kernel of a JupyterLab, so that the next notebook has the machine to itself. */
export async function endKernels(labUrl: string): Promise<void> {
  const { origin, searchParams } = new URL(labUrl);
  const headers = { authorization: `token ${searchParams.get("token")}` };
  const sessions: { id: string }[] = await (await fetch(`${origin}/api/sessions`, { headers })).json();
  for (const { id } of sessions) {
    const response = await fetch(`${origin}/api/sessions/${id}`, { method: "DELETE", headers });
    await response.body?.cancel();
  }
}
