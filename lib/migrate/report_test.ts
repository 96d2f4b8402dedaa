import { assertEquals } from "@std/assert";
import type { HistoryEntry } from "./commands.ts";
import { currentLines, historyLines, progressLine } from "./report.ts";
import type { Revision } from "./revision_file.ts";

function revision(id: string, downRevisions: string[], message: string): Revision {
  const nothing = async () => {};
  return { id, downRevisions, message, createDate: "2025-11-03", path: `${id}.ts`, up: nothing, down: nothing };
}

const HEROES = revision("1a2b", [], "create heroes");
const TOYS = revision("3c4d", ["1a2b"], "add toys");
const ENTRIES: HistoryEntry[] = [
  { revision: TOYS, applied: false, current: false, head: true },
  { revision: HEROES, applied: true, current: true, head: false },
];

Deno.test("history has a line for each revision, with its parent, its day and its marks", () => {
  assertEquals(historyLines(ENTRIES), [
    "1a2b → 3c4d  add toys  2025-11-03  (head, not applied)",
    "base → 1a2b  create heroes  2025-11-03  (current)",
  ]);
  assertEquals(historyLines([]), ["there are no revisions yet"]);
});

Deno.test("current says where the database stands, also at base", () => {
  assertEquals(currentLines(ENTRIES.filter((entry) => entry.current)), ["1a2b  create heroes"]);
  assertEquals(currentLines([]), ["base: no revision is applied"]);
});

Deno.test("a run tells what it does in one line each", () => {
  const step = { direction: "downgrade", revision: HEROES, from: ["1a2b"], to: [] } as const;
  assertEquals(progressLine({ type: "running", step }), "1a2b → base  create heroes  …");
  assertEquals(progressLine({ type: "done", step, milliseconds: 12.4 }), "1a2b → base  create heroes  (12 ms)");
  const at = (atHead: boolean, ...revisions: Revision[]) => progressLine({ type: "unchanged", atHead, revisions });
  assertEquals(at(true, TOYS), "already at head: 3c4d add toys");
  assertEquals(at(false, HEROES), "already at 1a2b create heroes");
  assertEquals(at(false), "already at base");
  const holder = { pid: 4711, applicationName: "", connectedSince: null };
  assertEquals(progressLine({ type: "waiting", holder }), "waiting for process 4711, which is running migrations");
});
