/** Names of revisions, branch labels and dependencies. The expected rows of the version table are Alembic 1.20's. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  DuplicateLabelError,
  InvalidTargetError,
  MissingDependencyError,
  MultipleHeadsError,
  RevisionCycleError,
  UnknownRevisionError,
} from "./errors.ts";
import { RevisionGraph, type RevisionNode } from "./revision_graph.ts";
import { resolveName } from "./revision_names.ts";
import { downgradePath, headsAfterDowngrade, headsAfterUpgrade, upgradePath } from "./revision_paths.ts";
import { revisionRange } from "./revision_range.ts";

/** Two branches, app and net; the second revision of net depends on the second one of app. */
const TWO = new RevisionGraph<RevisionNode>([
  { id: "aa1", downRevisions: [], branchLabels: ["app"] },
  { id: "aa2", downRevisions: ["aa1"] },
  { id: "xx1", downRevisions: [], branchLabels: ["net"] },
  { id: "xx2", downRevisions: ["xx1"], dependsOn: ["aa2"] },
  { id: "xx3", downRevisions: ["xx2"] },
]);
const LINE = new RevisionGraph<RevisionNode>(["a1", "b2", "c3", "d4"].map((id, index, all) => ({
  id,
  downRevisions: all.slice(Math.max(0, index - 1), index),
})));
const MERGE = new RevisionGraph<RevisionNode>([
  { id: "a", downRevisions: [] },
  { id: "b", downRevisions: ["a"], branchLabels: ["left"] },
  { id: "c", downRevisions: ["a"] },
  { id: "m", downRevisions: ["b", "c"] },
]);

function ids(revisions: Iterable<RevisionNode>): string[] {
  return Array.from(revisions, ({ id }) => id);
}

/** Heads of the database behind an upgrade or a downgrade. */
function after(heads: readonly string[], direction: "up" | "down", target: string): string[] {
  const path = direction === "up" ? upgradePath(TWO, heads, target) : downgradePath(TWO, heads, target);
  const next = direction === "up" ? headsAfterUpgrade : headsAfterDowngrade;
  return path.reduce((now: readonly string[], revision) => next(TWO, now, revision), heads).toSorted();
}

Deno.test("a name may count from a revision: head-1, base+2, an id or its prefix with +N or -N", () => {
  const names = { "head-1": "c3", "base+2": "b2", "a1+2": "c3", "a+1": "b2", "d4-3": "a1", "b2+0": undefined };
  for (const [name, id] of Object.entries(names)) {
    if (id === undefined) assertThrows(() => resolveName(LINE, name), UnknownRevisionError);
    else assertEquals(ids(resolveName(LINE, name)), [id], name);
  }
  assertEquals(resolveName(LINE, "a1-1"), [], "before the first revision is base");
  assertEquals(ids(resolveName(LINE, "current+1", ["b2"])), ["c3"]);
});

Deno.test("upgrade, downgrade and ranges count from a revision too", () => {
  assertEquals(ids(upgradePath(LINE, [], "head-2")), ["a1", "b2"]);
  assertEquals(ids(upgradePath(LINE, ["a1"], "a1+2")), ["b2", "c3"]);
  assertEquals(ids(upgradePath(LINE, ["b2"], "current+1")), ["c3"]);
  assertEquals(ids(downgradePath(LINE, ["d4"], "head-1")), ["d4"]);
  assertEquals(ids(downgradePath(LINE, ["d4"], "a1+1")), ["d4", "c3"]);
  assertEquals(ids(downgradePath(LINE, ["b2"], "a1-1")), ["b2", "a1"], "to base");
  assertEquals(ids(revisionRange(LINE, "head-2", "head-1")), ["b2", "c3"]);
  assertEquals(ids(revisionRange(LINE, "a1+1", "current+1", ["b2"])), ["b2", "c3"]);
});

Deno.test("downgrade head has nothing to undo at head, and says where the database is elsewhere", () => {
  assertEquals(downgradePath(LINE, ["d4"], "head"), []);
  assertEquals(downgradePath(LINE, ["d4"], "heads"), []);
  assertThrows(() => downgradePath(LINE, ["b2"], "head"), InvalidTargetError, "d4: it is not applied");
  assertThrows(() => downgradePath(TWO, ["aa1"], "head"), MultipleHeadsError);
});

Deno.test("a count that is too high, or could mean several revisions, is refused", () => {
  const cases: [target: string, message: string][] = [
    ["c3+2", `"c3+2" is out of range: only 1 revision after c3.`],
    ["head+1", `"head+1" is out of range: no revision after head.`],
    ["b2-3", `"b2-3" is out of range: only 2 revisions before b2.`],
    ["-1", `"-1" counts from the current revision`],
  ];
  for (const [target, message] of cases) {
    assertThrows(() => upgradePath(LINE, [], target), InvalidTargetError, message);
  }
  assertThrows(() => resolveName(MERGE, "a+1"), InvalidTargetError, "after a comes b or c. Specify an id.");
  assertThrows(() => resolveName(MERGE, "head-1"), InvalidTargetError, "before m comes b or c");
});

Deno.test("a label names its revision, and with @ the revisions of its branch", () => {
  assertEquals(ids(resolveName(TWO, "app")), ["aa1"]);
  assertEquals(ids(resolveName(TWO, "app@head")), ["aa2"]);
  assertEquals(ids(resolveName(TWO, "net@head-1")), ["xx2"]);
  assertEquals(ids(resolveName(TWO, "net@base+1")), ["xx1"]);
  assertEquals(ids(resolveName(MERGE, "left@a+1")), ["b"], "of two children the one of the branch");
  assertThrows(() => resolveName(TWO, "app@xx1"), InvalidTargetError, "xx1 is not in the branch app");
  assertThrows(
    () => resolveName(TWO, "web@head"),
    UnknownRevisionError,
    `"web" does not exist. Known branch labels: app`,
  );
  assertEquals([...MERGE.branch("left")].toSorted(), ["b", "m"], "not what lies before the branches part");
});

Deno.test("a dependency is applied first; the version table then has no row for it", () => {
  assertEquals(ids(upgradePath(TWO, ["xx1"], "net@head")), ["aa1", "aa2", "xx2", "xx3"]);
  assertEquals(after([], "up", "xx1"), ["xx1"]);
  assertEquals(after(["xx1"], "up", "heads"), ["xx3"]);
  assertEquals(after(["xx3"], "down", "net@-1"), ["xx2"]);
  assertEquals(after(["xx2"], "down", "xx1"), ["aa2", "xx1"]);
  assertEquals(after(["xx3"], "down", "aa1"), ["aa1", "xx1"], "what depends on aa2 goes with it");
  assertEquals(after(["xx3"], "down", "net@base"), ["aa2"]);
  assertEquals(after(["xx2"], "down", "app@base"), ["xx1"]);
  assertEquals(after(["aa2", "xx1"], "up", "net@+1"), ["xx2"]);
  assertEquals(after(["xx3"], "down", "-3"), ["aa2"], "counts parents, not dependencies");
  assertThrows(() => downgradePath(TWO, ["xx3"], "-4"), InvalidTargetError, "there are 3 revisions to undo");
  assertThrows(() => downgradePath(TWO, ["xx1", "aa2"], "-1"), InvalidTargetError, "at xx1 and aa2");
});

Deno.test("labels and dependencies that cannot be are refused", () => {
  const node = (id: string, rest: Partial<RevisionNode>): RevisionNode => ({ id, downRevisions: [], ...rest });
  assertThrows(
    () => new RevisionGraph([node("a", { branchLabels: ["x"] }), node("b", { branchLabels: ["x"] })]),
    DuplicateLabelError,
    "x of revision b already names revision a",
  );
  assertThrows(() => new RevisionGraph([node("a", {}), node("b", { branchLabels: ["a"] })]), DuplicateLabelError);
  assertThrows(
    () => new RevisionGraph([node("a", { dependsOn: ["z"] })]),
    MissingDependencyError,
    "a depends on z, which does not exist",
  );
  assertThrows(
    () => new RevisionGraph([node("a", { dependsOn: ["b"] }), node("b", { downRevisions: ["a"] })]),
    RevisionCycleError,
    "a follows b follows a",
  );
});
