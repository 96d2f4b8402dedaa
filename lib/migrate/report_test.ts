import { assertEquals } from "@std/assert";
import type { HistoryEntry } from "./commands.ts";
import {
  branchLines,
  checkLines,
  currentLines,
  headLines,
  historyLines,
  listLines,
  progressLine,
  revisionLines,
} from "./report.ts";
import type { Revision } from "./revision_file.ts";

function revision(id: string, downRevisions: string[], message: string): Revision {
  const nothing = async () => {};
  const text = {
    message,
    createDate: "2025-11-03",
    path: `${id}.ts`,
    checksum: "c0ffee",
    transactional: true,
    dependsOn: [],
    branchLabels: [],
  };
  return { id, downRevisions, ...text, up: nothing, down: nothing };
}

const HEROES = revision("1a2b", [], "create heroes");
const TOYS = revision("3c4d", ["1a2b"], "add toys");
const ENTRIES: HistoryEntry[] = [
  { revision: TOYS, applied: false, current: false, head: true, log: undefined, changed: false },
  { revision: HEROES, applied: true, current: true, head: false, log: undefined, changed: false },
];

Deno.test("history has a line for each revision, with its parent, its day and its marks", () => {
  assertEquals(historyLines(ENTRIES), [
    "1a2b → 3c4d  add toys  2025-11-03  (head, not applied)",
    "base → 1a2b  create heroes  2025-11-03  (current)",
  ]);
  assertEquals(historyLines([]), ["no revisions"]);
  assertEquals(listLines([TOYS]), ["1a2b → 3c4d  add toys  2025-11-03"]);
  assertEquals([listLines([TOYS], { verbose: true })[0], listLines([])[0]], [
    "Revision: 3c4d",
    "no revisions",
  ]);
});

Deno.test("what a revision depends on, and its labels, are told with its fields", () => {
  const labelled = { ...TOYS, dependsOn: ["net", "9e9e"], branchLabels: ["app"] };
  assertEquals(revisionLines(labelled).slice(1, 5), [
    "Parent: 1a2b",
    "Depends on: net, 9e9e",
    "Branch labels: app",
    "Date: 2025-11-03",
  ]);
  assertEquals(listLines([labelled]), ["1a2b → 3c4d  add toys  2025-11-03  (app)"]);
  assertEquals(historyLines([{ ...ENTRIES[0], revision: labelled }]), [
    "1a2b → 3c4d  add toys  2025-11-03  (app, head, not applied)",
  ]);
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

Deno.test("a run tells when it waits for a lock, and which indexes it finds", () => {
  const step = { direction: "upgrade", revision: TOYS, from: ["1a2b"], to: ["3c4d"] } as const;
  assertEquals(
    progressLine({ type: "retrying", step, attempt: 1, attempts: 5, pause: 1000 }),
    "1a2b → 3c4d  add toys  lock timeout (attempt 1 of 5); next in 1000 ms",
  );
  assertEquals(
    [true, false].map((valid) => progressLine({ type: "found", step, index: "public.ix", valid })),
    [
      "1a2b → 3c4d  add toys  keeps index public.ix, created by an earlier run",
      "1a2b → 3c4d  add toys  drops index public.ix, left INVALID by an earlier run",
    ],
  );
});

Deno.test("verbose history tells everything of a revision, and how it came to be applied", () => {
  const log = {
    revision: "1a2b",
    direction: "up",
    checksum: "beef",
    startedAt: new Date(0),
    milliseconds: 12.4,
    userName: "sandy",
    applicationName: "migrate",
  } as const;
  const entry = { ...ENTRIES[1], log, changed: true };
  assertEquals(historyLines([entry], { verbose: true }), [
    "Revision: 1a2b  (current, changed since it was applied)",
    "Parent: base",
    "Date: 2025-11-03",
    "File: 1a2b.ts",
    "    create heroes",
    "Applied: 1970-01-01T00:00:00.000Z in 12 ms, by sandy (migrate)",
    "",
  ]);
  assertEquals(
    currentLines([{ ...entry, log: { ...log, direction: "stamp" } }], { verbose: true }).at(-2),
    "Stamped: 1970-01-01T00:00:00.000Z, by sandy (migrate)",
  );
  assertEquals(revisionLines({ ...TOYS, transactional: false })[3], "Runs outside a transaction");
});

Deno.test("heads and branch points", () => {
  assertEquals(headLines([TOYS]), ["3c4d  add toys  (head)"]);
  assertEquals(branchLines([{ revision: HEROES, children: [TOYS, TOYS] }]), [
    "1a2b  create heroes  (branch point)\n  → 3c4d  add toys\n  → 3c4d  add toys",
  ]);
  assertEquals([headLines([]), branchLines([])], [["no revisions"], ["no branches"]]);
});

Deno.test("check tells each finding in a line, and that there is none", () => {
  const clean = {
    pending: [],
    changed: [],
    differences: [],
    notCompared: undefined,
    unresolved: [],
    unmodelled: [],
    isClean: true,
  };
  assertEquals(checkLines(clean), ["no drift"]);
  assertEquals(
    checkLines({
      ...clean,
      changed: [ENTRIES[1]],
      differences: ["a column"],
      unresolved: ["a type"],
      unmodelled: [{ kind: "view", name: "a" }],
      isClean: false,
    }),
    [
      "changed since it was applied: 1a2b  create heroes",
      "models and database differ: a column",
      "note: a type",
      "ignored: view a",
    ],
  );
  assertEquals(
    checkLines({ ...clean, pending: [TOYS], differences: undefined, notCompared: "pending", isClean: false }),
    [
      "not applied: 3c4d  add toys",
      "models not compared: revisions are pending",
    ],
  );
});
