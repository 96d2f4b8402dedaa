/**
 * Computes the layer order of folders from their imports, or a cycle that prevents one.
 *
 * @module
 */
import { posix } from "node:path";

/**
 * A reference from one module to another: by `import`, `import type`, `export … from`, `import()` or `new URL(…,
 * import.meta.url)`.
 */
export interface Import {
  /** Path of the importing file below the checkout, with `/`. */
  readonly file: string;
  /** Line of the specifier, starting at 1; for a notebook `cell 3, line 1`. */
  readonly line: string;
  /** Path of the imported file. */
  readonly target: string;
}

/** Source texts by path below the checkout. */
export type Sources = ReadonlyMap<string, string>;

/** Returns the layer of a file. */
export type LayerOf = (path: string) => string;

const STATEMENT = /^(?:import|export)\b[^;"'`]*?\bfrom\s*"(\.[^"]*)"|^import\s*"(\.[^"]*)"/gm;
const EXPRESSION = /\bimport\(\s*"(\.[^"]*)"|\bnew URL\(\s*"([^":]+\.ts)",\s*import\.meta\.url/g;

/**
 * Finds the imports in all sources. Only statements at the start of a line count, as written by `deno fmt`, so examples
 * in comments and files that are not among the sources are ignored.
 */
export function findImports(sources: Sources): Import[] {
  return [...sources].flatMap(([file, source]) => {
    if (!file.endsWith(".ipynb")) return importsIn(file, source, sources, "");
    return codeCells(source).flatMap(({ text, number }) => importsIn(file, text, sources, `cell ${number}, line `));
  });
}

function importsIn(file: string, text: string, sources: Sources, before: string): Import[] {
  const found = [STATEMENT, EXPRESSION].flatMap((pattern) => [...text.matchAll(pattern)]);
  return found.flatMap((match): Import[] => {
    const specifier = match[1] ?? match[2];
    const target = posix.join(posix.dirname(file), specifier);
    const at = match.index + match[0].indexOf(specifier);
    if (!sources.has(target) || isComment(text, at)) return [];
    return [{ file, line: `${before}${text.slice(0, at).split("\n").length}`, target }];
  });
}

function isComment(text: string, at: number): boolean {
  return /^\s*(?:\*|\/\/|\/\*)/.test(text.slice(text.lastIndexOf("\n", at) + 1, at));
}

function codeCells(notebook: string): { text: string; number: number }[] {
  const { cells } = JSON.parse(notebook) as { cells: { cell_type: string; source: string | string[] }[] };
  return cells.flatMap(({ cell_type, source }, index) =>
    cell_type === "code" ? [{ text: [source].flat().join(""), number: index + 1 }] : []
  );
}

/** The layers from the lowest to the highest, or the imports of a shortest cycle. */
export type Order =
  | { readonly layers: readonly string[]; readonly circle?: undefined }
  | { readonly layers?: undefined; readonly circle: readonly Import[] };

/** Orders the layers so that each imports only earlier ones; ties are broken by name. */
export function orderLayers(files: Iterable<string>, imports: readonly Import[], layerOf: LayerOf): Order {
  const needs = new Map([...files].map((file) => [layerOf(file), new Map<string, Import>()]));
  for (const each of imports) {
    const [from, to] = [layerOf(each.file), layerOf(each.target)];
    if (from !== to && !needs.get(from)!.has(to)) needs.get(from)!.set(to, each);
  }
  const layers: string[] = [];
  const left = new Set([...needs.keys()].sort());
  while (left.size > 0) {
    const next = [...left].find((layer) => [...needs.get(layer)!.keys()].every((need) => !left.has(need)));
    if (next === undefined) return { circle: shortestCircle(needs) };
    layers.push(next);
    left.delete(next);
  }
  return { layers };
}

function shortestCircle(needs: ReadonlyMap<string, ReadonlyMap<string, Import>>): Import[] {
  const circles = [...needs.keys()].flatMap((start) => {
    const paths: [layer: string, way: Import[]][] = [[start, []]];
    const seen = new Set<string>();
    for (const [layer, way] of paths) {
      for (const [to, each] of needs.get(layer)!) {
        if (to === start) return [[...way, each]];
        if (!seen.has(to)) paths.push([to, [...way, each]]);
        seen.add(to);
      }
    }
    return [];
  });
  return circles.sort((a, b) => a.length - b.length)[0];
}

/** Formats a cycle: one import per line. */
export function explainCircle(circle: readonly Import[], layerOf: LayerOf): string {
  const lines = circle.map(({ file, line, target }) =>
    `  ${layerOf(file)} → ${layerOf(target)}: ${file}:${line} imports ${target}`
  );
  return `These folders import each other in a circle:\n${lines.join("\n")}`;
}
