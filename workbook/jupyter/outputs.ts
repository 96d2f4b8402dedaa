/**
 * Committed outputs: cleaned, checked for leaks, and compared in kind, so that rerunning a notebook changes nothing if
 * only timings and ports differ.
 *
 * @module
 */
import type { MimeBundle, Output } from "./notebook.ts";

/** Joins adjacent pieces of a stream, and drops values that differ between runs without meaning. */
export function cleanOutputs(outputs: readonly Output[]): Output[] {
  const clean: Output[] = [];
  for (const output of outputs) {
    const last = clean.at(-1);
    if (output.output_type === "stream") {
      if (last?.output_type === "stream" && last.name === output.name) last.text += output.text;
      else clean.push({ output_type: "stream", name: output.name, text: output.text });
    } else if (output.output_type === "error") {
      clean.push(output);
    } else {
      const { output_type, data, metadata } = output;
      clean.push(
        output_type === "display_data"
          ? { output_type, data, metadata }
          : { output_type, data, metadata, execution_count: null },
      );
    }
  }
  return clean;
}

/** Renames schemas to those of a reader's own run: `notebook_01` instead of `notebook_01_4827361`. */
export function withoutRun(outputs: readonly Output[], run: string): Output[] {
  return JSON.parse(JSON.stringify(outputs).replaceAll(`_${run}`, ""));
}

/** Returns the text that a reader of these outputs sees. */
export function visibleText(outputs: readonly Output[]): string {
  return outputs.flatMap((output) => {
    if (output.output_type === "stream") return [output.text];
    if (output.output_type === "error") return output.traceback;
    return Object.entries(output.data).flatMap(([type, value]) => type.startsWith("text/") ? [String(value)] : []);
  }).join("\n");
}

/**
 * Finds content that must not be committed: a terminal colour code, or a path of this machine.
 * @param folders absolute paths that must not appear: the checkout, the home folder.
 * @returns a sentence, or undefined if nothing was found.
 */
export function findLeak(outputs: readonly Output[], folders: readonly string[]): string | undefined {
  const data = outputs.flatMap((output) => "data" in output ? Object.entries(output.data) : []);
  const objects = data.filter(([, value]) => typeof value === "object").map(([, value]) => JSON.stringify(value));
  const text = [visibleText(outputs), ...objects].join("\n");
  // deno-lint-ignore no-control-regex
  if (/\u001b\[|\\u001b\[/.test(text)) return "an output contains terminal colour codes (ESC [)";
  for (const folder of folders) {
    if (folder.length > 1 && new RegExp(`(?<![\\w.])${RegExp.escape(folder)}(?![\\w-])`).test(text)) {
      return `an output contains a local path: ${folder}`;
    }
  }
}

/** Returns whether two outputs differ only in numbers, identifiers and pixels of pictures. */
export function sameInKind(a: readonly Output[], b: readonly Output[]): boolean {
  return JSON.stringify(a.map(kind)) === JSON.stringify(b.map(kind));
}

function kind(output: Output): unknown {
  if (output.output_type === "stream") return [output.name, textKind(output.text)];
  if (output.output_type === "error") return [output.ename, textKind(output.evalue)];
  const metadata = Object.entries(output.metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  return [output.output_type, bundleKind(output.data), textKind(JSON.stringify(metadata))];
}

function bundleKind(data: MimeBundle): unknown {
  return Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, value]) => {
    if (type.startsWith("text/")) return [type, textKind(String(value))];
    if (type.startsWith("image/")) return [type];
    return [type, textKind(JSON.stringify(withoutData(value)))];
  });
}

/** Returns a Vega-Lite specification without its data, whose number of rows may differ between runs. */
function withoutData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutData);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([key]) => key !== "data" && key !== "datasets" && key !== "values");
  kept.sort(([a], [b]) => (a < b ? -1 : 1)); // keys in a notebook's file are sorted
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutData(each)]));
}

/**
 * Replaces each number, UUID and revision in a text by a placeholder, and removes spaces and rules, whose widths depend
 * on the numbers.
 */
function textKind(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, "#")
    .replace(/(?<![0-9a-z])[0-9a-f]{6,12}(?![0-9a-z])/g, "#") // a revision id or checksum, or a prefix of one
    .replace(/[-+−]?\d[\d_.,]*(e[-+]?\d+)?/gi, "#")
    .replace(/([─━═=_.-])\1+/g, "$1")
    .replace(/\s+/g, " ");
}
