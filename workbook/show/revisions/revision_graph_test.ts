import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import type { HistoryEntry } from "../../../lib/migrate/commands.ts";
import { revisionGraph } from "./revision_graph.ts";
import { type DrawnHistoryEntry, MissingRevisionError } from "./revision_layout.ts";
import { textWidth } from "../text_width.ts";
import { pictureTest } from "../../../testing/picture.ts";

type Written = readonly [id: string, message: string, ...downRevisions: string[]];

/** Returns the `history()` of these revisions, listed from base up, for a database at some of them. */
function history(revisions: readonly Written[], ...at: string[]): DrawnHistoryEntry[] {
  const parents = new Map(revisions.map(([id, , ...downRevisions]) => [id, downRevisions]));
  const applied = new Set<string>();
  for (const open = [...at]; open.length > 0;) {
    const id = open.pop()!;
    applied.add(id);
    open.push(...parents.get(id) ?? []);
  }
  const passed = new Set([...parents.values()].flat());
  return revisions.map(([id, message, ...downRevisions]) => ({
    revision: { id, message, downRevisions },
    applied: applied.has(id),
    current: at.includes(id),
    head: !passed.has(id),
  })).toReversed();
}

const linear: Written[] = [["a1", "create heroes"], ["b2", "add powers", "a1"], ["c3", "index names", "b2"]];
const branched: Written[] = [...linear.slice(0, 2), ["c3", "alice: teams", "b2"], ["d4", "bob: nicknames", "b2"]];
const merged: Written[] = [...branched, ["e5", "merge c3 and d4", "c3", "d4"]];
const eight: Written[] = [
  ["a1", "create heroes"],
  ["b2", "create teams", "a1"],
  ["c3", "heroes have a team", "b2"],
  ["d4", "add powers", "b2"],
  ["e5", "fill the teams", "c3"],
  ["f6", "a team for everyone", "e5"],
  ["g7", "merge f6 and d4", "f6", "d4"],
  ["h8", "index powers", "g7"],
];
const crossed: Written[] = [
  ["a1", "one"],
  ["b2", "two", "a1"],
  ["c3", "three", "a1"],
  ["d4", "four", "a1"],
  ["e5", "five", "b2", "d4"],
  ["f6", "six", "c3"],
  ["g7", "seven", "f6"],
  ["h8", "eight", "e5", "g7", "a1"],
];

/** The lane and the rank of each box. */
function places(entries: DrawnHistoryEntry[]): Record<string, string> {
  return Object.fromEntries(
    revisionGraph(entries).layout.boxes.map(({ id, lane, rank }) => [id, `lane ${lane}, rank ${rank}`]),
  );
}

/** The texts of a drawing, in their order. */
function texts(svg: string): string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text);
}

Deno.test("revisionGraph() takes what history() of lib/migrate returns", () => {
  const draw: (history: HistoryEntry[]) => unknown = revisionGraph;
  assertEquals(typeof draw, "function");
});

Deno.test("three revisions stand above base in one lane, joined by straight lines", () => {
  const { boxes, lines, width, height } = revisionGraph(history(linear, "b2")).layout;
  assertEquals(boxes.map(({ id, x, y, width, height }) => ({ id, x, y, width, height })), [
    { id: "base", x: 14, y: 325, width: 180, height: 28 },
    { id: "a1", x: 14, y: 229, width: 180, height: 52 },
    { id: "b2", x: 14, y: 110, width: 180, height: 75 },
    { id: "c3", x: 14, y: 14, width: 180, height: 52 },
  ]);
  assertEquals(lines, [
    { from: "base", to: "a1", applied: true, points: [[104, 325], [104, 281]] },
    { from: "a1", to: "b2", applied: true, points: [[104, 229], [104, 185]] },
    { from: "b2", to: "c3", applied: false, points: [[104, 110], [104, 66]] },
  ]);
  assertEquals([width, height], [208, 367]);
});

Deno.test("the database is at base, in the middle, at the head, or at two revisions", () => {
  const positions = (...at: string[]) =>
    revisionGraph(history(merged, ...at)).layout.boxes.filter(({ current }) => current).map(({ id }) => id);
  assertEquals(positions(), ["base"]);
  assertEquals(positions("b2"), ["b2"]);
  assertEquals(positions("e5"), ["e5"]);
  assertEquals(positions("c3", "d4"), ["c3", "d4"]);
});

Deno.test("two heads stand side by side, the older above its parent", () => {
  assertEquals(places(history(branched)), {
    base: "lane 0, rank 0",
    a1: "lane 0, rank 1",
    b2: "lane 0, rank 2",
    c3: "lane 0, rank 3",
    d4: "lane 1, rank 3",
  });
});

Deno.test("a branch parts near its parent, a merge meets near the merging revision", () => {
  const { lines, boxes } = revisionGraph(history(merged)).layout;
  const box = (id: string) => boxes.find((box) => box.id === id)!;
  const branch = lines.find(({ to }) => to === "d4")!.points;
  const merge = lines.find(({ from }) => from === "d4")!.points;
  assertEquals(branch.length, 4);
  assertEquals(box("b2").y - branch[1][1], 13);
  assertEquals(merge.length, 4);
  assertEquals(merge[1][1] - (box("e5").y + box("e5").height), 22);
});

Deno.test("eight revisions: the short branch waits in its own lane until it is merged", () => {
  const entries = history(eight, "e5", "d4");
  assertEquals(places(entries), {
    base: "lane 0, rank 0",
    a1: "lane 0, rank 1",
    b2: "lane 0, rank 2",
    c3: "lane 0, rank 3",
    d4: "lane 1, rank 3",
    e5: "lane 0, rank 4",
    f6: "lane 0, rank 5",
    g7: "lane 0, rank 6",
    h8: "lane 0, rank 7",
  });
  const { lines, boxes } = revisionGraph(entries).layout;
  const { points } = lines.find(({ from, to }) => from === "d4" && to === "g7")!;
  const second = boxes.find(({ id }) => id === "d4")!;
  assertEquals(points.slice(0, 2).map(([x]) => x), Array(2).fill(second.x + second.width / 2));
});

Deno.test("two lines that pass the same revisions have a lane each", () => {
  const entries = history([
    ["a1", "one"],
    ["b2", "two", "a1"],
    ["c3", "three", "b2"],
    ["d4", "four", "c3"],
    ["e5", "merge", "d4", "a1", "b2"],
  ]);
  const middle = (from: string) =>
    revisionGraph(entries).layout.lines.find((line) => line.from === from && line.to === "e5")!.points[2][0];
  assertEquals([middle("a1"), middle("b2")], [14 + 206 + 90, 14 + 2 * 206 + 90]);
});

Deno.test("no line runs across a box, no box over another, and all lie inside the picture", () => {
  for (const revisions of [linear, branched, merged, eight, crossed]) {
    const { boxes, lines, width, height } = revisionGraph(history(revisions, "b2")).layout;
    for (const box of boxes) {
      assert(box.x > 0 && box.y > 0 && box.x + box.width < width && box.y + box.height < height, box.id);
      for (const other of boxes) {
        const apart = box.x + box.width < other.x || other.x + other.width < box.x ||
          box.y + box.height < other.y || other.y + other.height < box.y;
        assert(apart || box === other, `${box.id} lies over ${other.id}`);
      }
      for (const { from, to, points } of lines) {
        for (const [index, [x, y]] of points.slice(1).entries()) {
          const [beforeX, beforeY] = points[index];
          assert(x === beforeX || y === beforeY, "every part of a line runs along an axis");
          const across = Math.max(x, beforeX) > box.x && Math.min(x, beforeX) < box.x + box.width &&
            Math.max(y, beforeY) > box.y && Math.min(y, beforeY) < box.y + box.height;
          assert(!across, `the line from ${from} to ${to} runs across ${box.id}`);
        }
      }
    }
  }
});

Deno.test("the drawing says everything in words, the legend only what is there", () => {
  assertEquals(texts(revisionGraph(history(linear, "b2"), { title: "Heroes" }).svg), [
    ...["Heroes", "base", "a1", "create heroes", "b2", "add powers", "current", "c3", "index names"],
    ...["head", "applied", "pending", "follows", "head", "head"],
  ]);
  assertEquals(texts(revisionGraph(history(linear.slice(0, 1), "a1")).svg), [
    ...["base", "a1", "create heroes", "head", "current"],
    ...["applied", "follows", "head", "head"],
  ]);
});

Deno.test("applied revisions are filled, pending ones hollow and dashed, the database's place has an edge and a sign", () => {
  const { svg } = revisionGraph(history(linear, "b2"));
  const [graph] = svg.match(/<g .*<\/g>/s)!;
  const count = (pattern: RegExp) => [...graph.matchAll(pattern)].length;
  assertEquals(count(/<rect [^>]*fill="#0072B2"/g), 2);
  assertEquals(count(/<rect [^>]*fill="white" stroke="#595959"[^>]*stroke-dasharray/g), 1);
  assertEquals(count(/<path [^>]*stroke-width="2.4"\/>/g), 2, "lines to applied revisions");
  assertEquals(count(/<path [^>]*stroke-dasharray/g), 1, "lines to pending revisions");
  assertEquals(count(/<rect [^>]*stroke="#E69F00" stroke-width="3"/g), 1);
  assertEquals(count(/v8a5 2.4/g), 1, "the sign of a database");
});

Deno.test("long ids and messages end in an ellipsis inside of their box", () => {
  const words = "and everything else that this month's work asked for in the database ".repeat(3);
  for (const [revisions, lanes] of [[linear, 1], [branched, 2], [crossed, 3]] as const) {
    const long = revisions.map(([id, , ...parents]): Written =>
      [id, words, ...parents].map((part) => part === words ? part : part.repeat(30)) as unknown as Written
    );
    const { svg, layout } = revisionGraph(history(long));
    assertEquals(1 + Math.max(...layout.boxes.map(({ lane }) => lane)), lanes);
    const [, pictureWidth] = svg.match(/width="(\d+)"/)!;
    assert(Number(pictureWidth) <= 900, pictureWidth);
    for (const [, x, y, size, rest, text] of svg.matchAll(/<text x="(.+?)" y="(.+?)" font-size="(.+?)"(.*?)>(.*?)</g)) {
      const box = layout.boxes.find((box) =>
        box.x <= +x && +x <= box.x + box.width && box.y <= +y && +y <= box.y + box.height && box.id !== "base"
      );
      if (box === undefined || rest.includes("middle")) continue;
      assert(text.endsWith("…"), text);
      assert(+x + textWidth(text, +size, rest.includes("700")) <= box.x + box.width - 12, text);
    }
  }
});

Deno.test("the same in words: two sentences, and a line for each revision", () => {
  const { alt, text, svg } = revisionGraph(history(merged, "c3", "d4"));
  assertEquals(
    alt,
    "Graph of 5 revisions: 4 applied, 1 pending. The database is at d4 and c3. Head: e5.",
  );
  assertEquals(
    text,
    [
      "e5 merge c3 and d4 (after c3 and d4): pending, head",
      "d4 bob: nicknames (after b2): applied, current",
      "c3 alice: teams (after b2): applied, current",
      "b2 add powers (after a1): applied",
      "a1 create heroes (after base): applied",
      "base",
    ].join("\n"),
  );
  assertStringIncludes(svg, `<title>${alt}</title>`);
  assertEquals(revisionGraph(history(branched)).alt.split(". ").slice(1), [
    "The database is at base",
    "Heads: d4, c3.",
  ]);
});

Deno.test("without revisions the database stands at base", () => {
  const { alt, text, svg } = revisionGraph([]);
  assertEquals(alt, "Graph of 0 revisions. The database is at base.");
  assertEquals(text, "base: current");
  assertEquals(texts(svg), ["base", "current"]);
});

Deno.test("a part of a history is refused", () => {
  assertThrows(
    () => revisionGraph(history(linear).slice(0, 2)),
    MissingRevisionError,
    'Revision "b2" follows "a1", which is missing.',
  );
});

Deno.test("the same revisions give the same SVG, with messages made safe", () => {
  const entries = history([["a1", 'drop <b> & "c"']]);
  assertStringIncludes(revisionGraph(entries).svg, "drop &lt;b&gt; &amp; &quot;c&quot;");
  assertMatch(revisionGraph(entries).svg, /^<svg .*<\/svg>$/s);
  assertEquals(revisionGraph(entries).svg, revisionGraph(entries).svg);
});

pictureTest(() => revisionGraph(history(eight, "e5", "d4")));
