/**
 * The outputs that are committed: made clean, searched for what must not be in them, and compared in kind, so that
 * running a notebook again changes nothing where only timings and ports differ.
 *
 * @module
 */
import type { MimeBundle, Output } from "./notebook.ts";

/** Joins neighbouring pieces of one stream, and drops what differs from run to run without meaning. */
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

/** Names schemas as a reader's own run does: `notebook_01`, where a run's number made it `notebook_01_4827361`. */
export function withoutRun(outputs: readonly Output[], run: string): Output[] {
  return JSON.parse(JSON.stringify(outputs).replaceAll(`_${run}`, ""));
}

/** The text that a reader of these outputs sees. */
export function visibleText(outputs: readonly Output[]): string {
  return outputs.flatMap((output) => {
    if (output.output_type === "stream") return [output.text];
    if (output.output_type === "error") return output.traceback;
    return Object.entries(output.data).flatMap(([type, value]) => type.startsWith("text/") ? [String(value)] : []);
  }).join("\n");
}

/**
 * Says what must not be committed: a colour code of the terminal, or a path of this machine.
 *
 * @param folders Absolute paths that must not appear: the checkout, the home folder.
 * @returns A sentence, or undefined when nothing was found.
 */
export function findLeak(outputs: readonly Output[], folders: readonly string[]): string | undefined {
  const data = outputs.flatMap((output) => "data" in output ? Object.entries(output.data) : []);
  const objects = data.filter(([, value]) => typeof value === "object").map(([, value]) => JSON.stringify(value));
  const text = [visibleText(outputs), ...objects].join("\n");
  // deno-lint-ignore no-control-regex
  if (/\u001b\[|\\u001b\[/.test(text)) return "an output holds colour codes of the terminal (ESC [)";
  for (const folder of folders) {
    if (folder.length > 1 && new RegExp(`(?<![\\w.])${RegExp.escape(folder)}(?![\\w-])`).test(text)) {
      return `an output holds a path of this machine: ${folder}`;
    }
  }
}

/** Whether a reader sees the id of a revision: twelve hexadecimal digits. */
export function showsRevision(outputs: readonly Output[]): boolean {
  return /(?<![0-9a-z-])[0-9a-f]{12}(?![0-9a-z-])/.test(visibleText(outputs));
}

/** True when two runs of a cell gave the same but for numbers, identifiers and the pixels of pictures. */
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

/** A Vega-Lite specification without its data: the number of rows may differ from run to run. */
function withoutData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutData);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([key]) => key !== "data" && key !== "datasets" && key !== "values");
  kept.sort(([a], [b]) => (a < b ? -1 : 1)); // a notebook's file has its keys sorted
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutData(each)]));
}

/** A text with each number, UUID and revision replaced by a sign, and with spaces and rules (their widths follow the numbers) cut. */
function textKind(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, "#")
    .replace(/(?<![0-9a-z])[0-9a-f]{6,12}(?![0-9a-z])/g, "#") // the id of a revision, a checksum, or how they begin
    .replace(/[-+−]?\d[\d_.,]*(e[-+]?\d+)?/gi, "#")
    .replace(/([─━═=_.-])\1+/g, "$1")
    .replace(/\s+/g, " ");
}
