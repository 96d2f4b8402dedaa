/**
 * The workbook's texts: the README and its like, and the Markdown cells of the notebooks. Are their links good, and their
 * words spelt right?
 *
 * @module
 */
import { dirname, join, relative, resolve } from "node:path";
import type { Environment } from "./environment.ts";
import type { NotebookFile } from "./notebook.ts";
import { exists, root } from "../paths.ts";
import { run } from "../processes.ts";

/** One text. */
export interface Prose {
  /** The file it is in, from the checkout's top. */
  readonly file: string;
  readonly markdown: string;
}

/** The pages at the top of the checkout. */
const PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/** The texts of the checkout. */
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

/** The links of a text to files of the checkout that lead nowhere, each as a sentence. Addresses of others are not tried. */
export async function findBrokenLinks({ file, markdown }: Prose, folder: string = root): Promise<string[]> {
  const broken: string[] = [];
  for (const target of linkTargets(markdown)) {
    if (/^[a-z]+:/i.test(target)) continue;
    const [path, heading] = target.split("#");
    const page = path ? resolve(folder, dirname(file), decodeURI(path)) : join(folder, file);
    if (!await exists(page)) broken.push(`${file}: the link to ${target} leads to no file`);
    else if (heading && !(await anchorsOf(page)).includes(heading)) {
      broken.push(`${file}: the link to ${target} leads to no heading`);
    }
  }
  return broken;
}

/**
 * The TypeScript files that a text names in code, such as `orm/flush.ts`, and that do not exist: neither below the
 * checkout's top nor below one of the folders.
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

/** Where the links and pictures of a Markdown text lead, but for those in code. */
export function linkTargets(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)].map(([, target]) => target);
}

/** The same lines with nothing where code was. */
function withoutCode(markdown: string): string {
  const blank = (code: string) => code.replaceAll(/[^\n]/g, "");
  return markdown.replaceAll(/^```[\s\S]*?^```/gm, blank).replaceAll(/`[^`\n]*`/g, blank);
}

/** None in a notebook, where each viewer makes other ones of a heading. */
async function anchorsOf(page: string): Promise<string[]> {
  return page.endsWith(".md") ? headingAnchors(await Deno.readTextFile(page)) : [];
}

/** The anchors of a page's headings as GitHub makes them: lower case, hyphens for spaces, other signs dropped. */
export function headingAnchors(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, text]) => text);
  return headings.map((text) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}\- _]/gu, "").replaceAll(" ", "-"));
}

/**
 * Looks in the prose, not in its code, for words that are known to be misspelt (codespell's list): each a sentence with
 * its cure.
 *
 * @throws {Error} when codespell itself fails
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
