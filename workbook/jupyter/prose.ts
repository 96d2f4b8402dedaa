/**
 * Checks links and spelling of the workbook's texts: the README and similar pages, and the Markdown cells of the
 * notebooks.
 *
 * @module
 */
import { dirname, join, relative, resolve } from "node:path";
import type { Environment } from "./environment.ts";
import type { NotebookFile } from "./notebook.ts";
import { exists, root } from "../paths.ts";
import { run } from "../processes.ts";

/** A text. */
export interface Prose {
  /** Its file, relative to the checkout. */
  readonly file: string;
  readonly markdown: string;
}

/** Pages at the top of the checkout. */
const PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/** Reads the texts of the checkout. */
export async function readProse(notebooks: readonly NotebookFile[]): Promise<Prose[]> {
  const files = [...PAGES, ...(await Promise.all(["notebooks", "lib", "workbook"].map(markdownFiles))).flat()];
  const pages = files.map(async (file) => ({ file, markdown: await Deno.readTextFile(join(root, file)) }));
  const cells = notebooks.map(({ path, notebook }) => ({
    file: relative(root, path).replaceAll("\\", "/"),
    markdown: notebook.cells.filter(({ cell_type }) => cell_type === "markdown").map(({ source }) => source).join(
      "\n\n",
    ),
  }));
  return [...await Promise.all(pages), ...cells];
}

/** Finds broken links to files of the checkout, each as a sentence. External addresses are not tested. */
export async function findBrokenLinks({ file, markdown }: Prose, folder: string = root): Promise<string[]> {
  const broken: string[] = [];
  for (const target of linkTargets(markdown)) {
    if (/^[a-z]+:/i.test(target)) continue;
    const [path, heading] = target.split("#");
    const page = path ? resolve(folder, dirname(file), decodeURI(path)) : join(folder, file);
    if (!await exists(page)) broken.push(`${file}: broken link to ${target}: no such file`);
    else if (heading && !(await anchorsOf(page)).includes(heading)) {
      broken.push(`${file}: broken link to ${target}: no such heading`);
    }
  }
  return broken;
}

/**
 * Finds TypeScript files named in code, such as `orm/flush.ts`, that exist neither below the top of the checkout nor
 * below one of the folders.
 */
export async function findMissingFiles(
  { file, markdown }: Prose,
  folders: readonly string[],
  top: string = root,
): Promise<string[]> {
  const named = new Set([...markdown.matchAll(/`((?:[a-z0-9_]+\/)+[a-z0-9_]+\.ts)`/g)].map(([, path]) => path));
  const missing: string[] = [];
  for (const path of named) {
    const places = ["", ...folders].map((folder) => join(top, folder, path));
    if (!(await Promise.all(places.map(exists))).includes(true)) missing.push(`${file}: there is no file ${path}`);
  }
  return missing;
}

/** Returns the targets of links and images in a Markdown text, except those in code. */
export function linkTargets(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)].map(([, target]) => target);
}

/** Returns the same lines with code blanked out. */
function withoutCode(markdown: string): string {
  const blank = (code: string) => code.replaceAll(/[^\n]/g, "");
  return markdown.replaceAll(/^```[\s\S]*?^```/gm, blank).replaceAll(/`[^`\n]*`/g, blank);
}

/** Returns the anchors of a page; none for a notebook, where they depend on the viewer. */
async function anchorsOf(page: string): Promise<string[]> {
  return page.endsWith(".md") ? headingAnchors(await Deno.readTextFile(page)) : [];
}

/**
 * Derives the anchors of a page's headings as GitHub does: lower case, hyphens for spaces, other characters dropped.
 */
export function headingAnchors(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, text]) => text);
  return headings.map((text) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}\- _]/gu, "").replaceAll(" ", "-"));
}

/**
 * Finds misspellings listed by codespell in the prose, but not in code: each as a sentence with its correction.
 * @throws {Error} if codespell itself fails
 */
export async function findMisspellings(texts: readonly Prose[], { python, variables }: Environment): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [index, { markdown }] of texts.entries()) {
      await Deno.writeTextFile(join(folder, `${index}.md`), withoutCode(markdown));
    }
    const { code, stdout, stderr } = await run(python, ["-m", "codespell_lib", folder], { env: variables });
    const found = stdout.split("\n").flatMap((line) => {
      const [, index, row, words] = line.match(/(\d+)\.md:(\d+): (.+)$/) ?? [];
      return words ? [`${texts[Number(index)].file}, line ${row} of its text: ${words}`] : [];
    });
    if (code !== 0 && found.length === 0) throw new Error(`codespell ended with status ${code}: ${stderr.trim()}`);
    return found;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function markdownFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    if (isDirectory) files.push(...await markdownFiles(`${folder}/${name}`));
    else if (name.endsWith(".md")) files.push(`${folder}/${name}`);
  }
  return files.sort();
}
