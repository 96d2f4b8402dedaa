import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  DuplicateRevisionError,
  InvalidTargetError,
  MissingParentError,
  MultipleHeadsError,
  RevisionCycleError,
  UnknownRevisionError,
} from "./errors.ts";
import { RevisionGraph, type RevisionNode } from "./revision_graph.ts";
import { resolveName } from "./revision_names.ts";
import { downgradePath, headsAfterDowngrade, headsAfterUpgrade, upgradePath } from "./revision_paths.ts";
import { revisionRange } from "./revision_range.ts";

/** `graph("a", "b<a", "m<b,c")`: each revision behind its parents. */
function graph(...revisions: string[]): RevisionGraph {
  return new RevisionGraph(revisions.map((text) => {
    const [id, parents] = text.split("<");
    return { id, downRevisions: parents?.split(",") ?? [] };
  }));
}

function ids(revisions: Iterable<RevisionNode>): string[] {
  return Array.from(revisions, ({ id }) => id);
}

const LINE = ["c3<b2", "a1", "b2<a1"];
const BRANCHES = ["a", "b<a", "c<a", "d<c"];
const MERGE = [...BRANCHES, "m<b,d"];

Deno.test("revisions are ordered from base to head, in whatever order they are given", () => {
  assertEquals(ids(graph(...LINE).ordered), ["a1", "b2", "c3"]);
  assertEquals(ids(graph(...MERGE.toReversed()).ordered), ["a", "b", "c", "d", "m"]);
});

Deno.test("the head is the revision after which none comes; without revisions there is none", () => {
  assertEquals(graph(...LINE).head?.id, "c3");
  assertEquals(graph(...MERGE).head?.id, "m");
  assertEquals(graph().head, undefined);
});

Deno.test("two heads: `heads` has both, `head` names them and says how to merge them", () => {
  assertEquals(ids(graph(...BRANCHES).heads), ["b", "d"]);
  const error = assertThrows(() => graph(...BRANCHES).head, MultipleHeadsError, "b, d");
  assertStringIncludes(error.message, `deno task migrate merge -m "merge b and d" b d\n`);
});

Deno.test("two revisions with one id are refused", () => {
  assertThrows(() => graph("a", "b<a", "b<a"), DuplicateRevisionError, "revision id b");
});

Deno.test("a missing parent is named with its child", () => {
  assertThrows(() => graph("a", "b<x"), MissingParentError, "b has the parent x");
});

Deno.test("a circle is named, without the revisions that only hang on it", () => {
  const error = assertThrows(() => graph("a", "b<d", "c<b", "d<c", "e<d"), RevisionCycleError);
  assertEquals(error.ids.toSorted(), ["b", "c", "d"]);
  assertThrows(() => graph("a<a"), RevisionCycleError, "a follows a");
});

Deno.test("a revision is found by its id or by the beginning of it", () => {
  assertEquals(graph("ab1", "ab2<ab1").find("ab2").id, "ab2");
  assertEquals(graph("ab", "ab2<ab").find("ab").id, "ab", "a whole id wins over a longer one that begins so");
  assertEquals(graph(...LINE).find("b").id, "b2");
  assertThrows(() => graph("ab1", "ab2<ab1").find("ab"), UnknownRevisionError, `"ab" is ambiguous: ab1, ab2`);
  assertThrows(() => graph(...LINE).find("x"), UnknownRevisionError, "Known revisions: a1, b2, c3");
  assertThrows(() => graph(...LINE).find(""), UnknownRevisionError);
});

Deno.test("upgrade: what is missing up to head, to an id, or the next few", () => {
  const line = graph(...LINE);
  assertEquals(ids(upgradePath(line, [], "head")), ["a1", "b2", "c3"]);
  assertEquals(ids(upgradePath(line, ["a1"], "head")), ["b2", "c3"]);
  assertEquals(ids(upgradePath(line, [], "b2")), ["a1", "b2"]);
  assertEquals(ids(upgradePath(line, ["a1"], "+1")), ["b2"]);
  assertEquals(ids(upgradePath(line, ["c3"], "head")), []);
  assertEquals(ids(upgradePath(line, ["c3"], "a1")), [], "what is applied already stays");
  assertEquals(ids(upgradePath(graph(), [], "head")), []);
});

Deno.test("upgrade through branches and their merge takes every revision once", () => {
  assertEquals(ids(upgradePath(graph(...MERGE), ["b"], "head")), ["c", "d", "m"]);
  assertEquals(ids(upgradePath(graph(...BRANCHES), [], "d")), ["a", "c", "d"]);
  assertThrows(() => upgradePath(graph(...BRANCHES), [], "head"), MultipleHeadsError);
});

Deno.test("downgrade: the last few, all, or back to an id, newest first", () => {
  const line = graph(...LINE);
  assertEquals(ids(downgradePath(line, ["c3"], "-1")), ["c3"]);
  assertEquals(ids(downgradePath(line, ["c3"], "-2")), ["c3", "b2"]);
  assertEquals(ids(downgradePath(line, ["b2"], "base")), ["b2", "a1"]);
  assertEquals(ids(downgradePath(line, ["c3"], "a1")), ["c3", "b2"]);
  assertEquals(ids(downgradePath(line, ["c3"], "c3")), []);
  assertEquals(ids(downgradePath(line, [], "base")), []);
  assertEquals(ids(downgradePath(graph(...BRANCHES), ["b", "d"], "c")), ["d"], "only what comes after the target");
});

Deno.test("a step too far, and a way down to what is not applied, are refused", () => {
  const line = graph(...LINE);
  assertThrows(
    () => downgradePath(line, ["b2"], "-3"),
    InvalidTargetError,
    `"-3" is out of range: there are 2 revisions`,
  );
  assertThrows(() => downgradePath(line, [], "-1"), InvalidTargetError, "there is nothing to undo");
  assertThrows(() => upgradePath(line, ["b2"], "+2"), InvalidTargetError, "there is 1 revision to apply");
  assertThrows(
    () => downgradePath(line, ["a1"], "b2"),
    InvalidTargetError,
    "revision b2: it is not applied; the database is at a1",
  );
  assertThrows(() => downgradePath(line, ["a1"], "-0"), UnknownRevisionError);
  assertThrows(() => downgradePath(graph(...BRANCHES), ["b", "d"], "-1"), InvalidTargetError, "at b and d");
});

Deno.test("a step up replaces the parents by the revision, a step down brings them back", () => {
  const merged = graph(...MERGE);
  const up = (heads: string[], id: string) => headsAfterUpgrade(merged, heads, merged.find(id));
  const down = (heads: string[], id: string) => headsAfterDowngrade(merged, heads, merged.find(id));
  assertEquals(up([], "a"), ["a"]);
  assertEquals(up(["a"], "b"), ["b"]);
  assertEquals(up(["b"], "c"), ["b", "c"], "a second line begins beside the first");
  assertEquals(up(["b", "d"], "m"), ["m"]);
  assertEquals(down(["m"], "m"), ["b", "d"]);
  assertEquals(down(["b", "c"], "c"), ["b"], "the parent is still below the other head");
  assertEquals(down(["a"], "a"), []);
});

Deno.test("heads goes to the end of every branch", () => {
  assertEquals(ids(upgradePath(graph(...BRANCHES), ["a"], "heads")), ["b", "c", "d"]);
  assertEquals(ids(upgradePath(graph(...LINE), [], "heads")), ["a1", "b2", "c3"]);
});

Deno.test("+n goes on where there is one way to go, and is refused where branches give it a choice", () => {
  const branches = graph(...BRANCHES);
  assertEquals(ids(upgradePath(branches, [], "+1")), ["a"], "before they part");
  assertThrows(() => upgradePath(branches, ["a"], "+1"), InvalidTargetError, "the next revision may be b or c");
  assertThrows(() => upgradePath(branches, [], "+2"), InvalidTargetError, `Specify an id, or "heads"`);
  assertEquals(ids(upgradePath(branches, ["b"], "+2")), ["c", "d"], "the one branch is done");
  assertThrows(() => upgradePath(branches, ["b", "d"], "+1"), InvalidTargetError, "there is nothing to apply");
  assertEquals(ids(upgradePath(graph(...MERGE), ["a"], "+2")), ["b", "c"], "all of it comes before the one head");
});

Deno.test("names: head, heads, base, and ids", () => {
  assertEquals(ids(resolveName(graph(...LINE), "head")), ["c3"]);
  assertEquals(ids(resolveName(graph(...BRANCHES), "heads")), ["b", "d"]);
  assertEquals(ids(resolveName(graph(...LINE), "base")), []);
  assertEquals(ids(resolveName(graph(...LINE), "b")), ["b2"]);
  assertThrows(() => resolveName(graph(...BRANCHES), "head"), MultipleHeadsError);
  assertEquals(ids(graph(...BRANCHES).childrenOf("a")), ["b", "c"]);
});

Deno.test("a range has both of its ends; either may be left out", () => {
  const merged = graph(...MERGE);
  assertEquals(ids(revisionRange(merged, "c", "d")), ["c", "d"]);
  assertEquals(
    ids(revisionRange(merged, "c", undefined)),
    ["c", "d", "m"],
    "what comes after c, not what stands beside it",
  );
  assertEquals(ids(revisionRange(merged, undefined, "b")), ["a", "b"]);
  assertEquals(ids(revisionRange(merged, "base", "head")), ["a", "b", "c", "d", "m"]);
  assertEquals(ids(revisionRange(merged, "current", "", ["c"])), ["c", "d", "m"]);
  assertEquals(ids(revisionRange(merged, "", "current", ["c"])), ["a", "c"]);
  assertEquals(ids(revisionRange(merged, "current", "head", [])), ["a", "b", "c", "d", "m"], "at base");
  assertEquals(ids(revisionRange(merged, "-2", "d")), ["c", "d"]);
  assertEquals(ids(revisionRange(merged, "d", "c")), [], "the wrong way round");
  assertThrows(() => revisionRange(merged, "current", "head"), UnknownRevisionError, `"current"`);
});

/** Repeatable numbers from 0 to 1. */
function random(seed: number): () => number {
  return () => (seed = (seed * 16807) % 2147483647) / 2147483647;
}

Deno.test("in any graph: all the way up by single steps, each behind what it requires, and the heads are right throughout", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const next = random(seed);
    const revisions = Array.from({ length: 1 + Math.floor(next() * 12) }, (_, index) => {
      const some = () =>
        Array.from({ length: index && Math.floor(next() * 3) }, () => `r${Math.floor(next() * index)}`);
      return { id: `r${index}`, downRevisions: [...new Set(some())], dependsOn: seed % 2 === 0 ? some() : [] };
    });
    const any = new RevisionGraph(revisions.toSorted(() => next() - 0.5));
    const path = upgradePath(any, [], "heads");
    let heads: string[] = [];
    for (const revision of path) {
      const applied = any.withAncestors(heads);
      const isReady = any.requirementsOf(revision.id).every((id) => applied.has(id));
      assertEquals([isReady, applied.has(revision.id)], [true, false]);
      const before = heads;
      heads = headsAfterUpgrade(any, heads, revision);
      assertEquals(any.withAncestors(heads).size, applied.size + 1, `seed ${seed}`);
      assertEquals(headsAfterDowngrade(any, heads, revision).toSorted(), before.toSorted(), `seed ${seed}`);
    }
    const required = new Set(revisions.flatMap(({ id }) => any.requirementsOf(id)));
    assertEquals(heads.toSorted(), ids(revisions).filter((id) => !required.has(id)).toSorted());
    assertEquals(ids(downgradePath(any, heads, "base")), ids(path).toReversed());
    assertEquals(ids(revisionRange(any, undefined, undefined)), ids(any.ordered));
  }
});
