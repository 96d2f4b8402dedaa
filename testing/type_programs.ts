/**
 * Small programs in a Markdown file, each with what the compiler says about it, and the compiler's own word.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** A program, and the first lines of the messages about it; none about a right one. */
export interface Program {
  readonly title: string;
  readonly source: string;
  readonly messages: readonly string[];
}

/** Reads programs: each a heading, a block of TypeScript, and a quotation for each message. */
export function parsePrograms(markdown: string): Program[] {
  return markdown.split(/^### /m).slice(1).map((part) => {
    const [title] = part.split("\n", 1);
    const [, source = ""] = /^```ts ignore\n([^]*?)^```$/m.exec(part) ?? [];
    return { title, source, messages: [...part.matchAll(/^- `(.+)`$/gm)].map(([, message]) => message) };
  });
}

const root = fileURLToPath(new URL("../", import.meta.url));

/**
 * Compiles programs in one go, each as a module that imports what it names.
 *
 * @param names what modules of the checkout export, by their paths.
 * @returns the first lines of the messages, program by program.
 */
export async function compilePrograms(
  programs: readonly Program[],
  names: Readonly<Record<string, readonly string[]>>,
): Promise<string[][]> {
  const folder = await Deno.makeTempDir({ dir: root, prefix: ".tmp-" });
  try {
    for (const [index, { source }] of programs.entries()) {
      await Deno.writeTextFile(`${folder}/${index}.ts`, `${importsOf(source, names)}${source}export {};\n`);
    }
    const args = ["check", "--quiet", ...programs.keys().map((index) => `${folder}/${index}.ts`)];
    const { stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root, env: { NO_COLOR: "1" } }).output();
    const report = new TextDecoder().decode(stderr);
    const messages = messagesOf(report, programs.length);
    if (messages.flat().length === 0) throw new Error(report); // a syntax error hides all others
    return messages;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function importsOf(source: string, names: Readonly<Record<string, readonly string[]>>): string {
  const declared = new Set([...source.matchAll(/\b(?:class|const|import \{) (\w+)/g)].map(([, name]) => name));
  const used = new Set(source.match(/[A-Za-z]\w*/g));
  return Object.entries(names).map(([path, exported]) => {
    const imported = exported.filter((name) => used.has(name) && !declared.has(name));
    return imported.length === 0 ? "" : `import { ${imported.join(", ")} } from "../${path}";\n`;
  }).join("");
}

/** Reads the report of `deno check`: paragraphs that end with a place; what is indented belongs to the one before. */
function messagesOf(report: string, count: number): string[][] {
  const messages = Array.from({ length: count }, (): string[] => []);
  for (const [, message, index] of report.matchAll(/^TS\d+ \[ERROR\]: (\S.*)\n[^]*?^ {4}at file:.*\/(\d+)\.ts:/gm)) {
    messages[Number(index)].push(message);
  }
  return messages;
}
