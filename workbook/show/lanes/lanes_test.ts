import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { lanes } from "./lanes.ts";
import { type LanesData, LanesDataError, type SegmentKind } from "./lanes_data.ts";
import { laneFonts } from "./lane_sizes.ts";
import { textWidth } from "../text_width.ts";
import { pictureTest } from "../../../testing/picture.ts";

/** Two replicas: one brings the database to head, the other waits and finds nothing to do. */
const replicas: LanesData = {
  title: "Two replicas start at once",
  lanes: [
    {
      name: "replica 1",
      note: "pid 71",
      segments: [{ from: 0, to: 200, kind: "runs", label: "create heroes" }, { from: 200, to: 202, kind: "idle" }],
      events: [{ at: 200, kind: "done" }],
    },
    {
      name: "replica 2",
      note: "pid 72",
      segments: [{ from: 4, to: 10, kind: "runs", label: "connect" }, { from: 10, to: 204, kind: "waits" }],
      events: [{ at: 210, kind: "done", label: "nothing left to do" }],
    },
  ],
  links: [{ from: "replica 2", to: "replica 1", at: 10, label: "waits for pid 71" }],
};

const deadlock: LanesData = {
  title: "A deadlock",
  unit: "step",
  lanes: [
    {
      name: "A",
      segments: [
        { from: 1, to: 2, kind: "runs", label: "update 1" },
        { from: 2, to: 3, kind: "holds" },
        { from: 3, to: 5, kind: "waits", label: "update 2" },
        { from: 5, to: 6, kind: "runs" },
      ],
      events: [{ at: 1, kind: "begin" }, { at: 6, kind: "commit" }],
    },
    {
      name: "B",
      segments: [
        { from: 2, to: 3, kind: "runs", label: "update 2" },
        { from: 3, to: 4, kind: "holds" },
        { from: 4, to: 5, kind: "failed", label: "update 1" },
      ],
      events: [{ at: 2, kind: "begin" }, { at: 5, kind: "rollback", label: "40P01 deadlock detected" }],
    },
  ],
  links: [{ from: "A", to: "B", at: 3.2 }, { from: "B", to: "A", at: 4.2, label: "waits for A" }],
};

/** Many short bars with long labels, and arrows in both directions at one moment. */
const crowded: LanesData = {
  title: "A title that is much longer than the picture below it is wide, which is rare but must not be cut ".repeat(2),
  lanes: [
    {
      name: "a very long name of a process that does not end <&>",
      note: "application_name = also-very-long-and-without-end",
      segments: Array.from({ length: 12 }, (_, index) => ({
        from: index * 10,
        to: index * 10 + 6,
        kind: (["runs", "waits", "holds", "idle", "failed"] as const)[index % 5],
        label: `statement number ${index}`,
      })),
      events: [{ at: 0, kind: "note", label: "it began" }, { at: 116, kind: "error", label: "word ".repeat(60) }],
    },
    { name: "b", segments: [{ from: 40, to: 110, kind: "waits", label: "select" }] },
    { name: "c", segments: [] },
  ],
  links: [
    { from: "c", to: "a very long name of a process that does not end <&>", at: 41, label: "waits for a" },
    { from: "b", to: "c", at: 41, label: "waits for c" },
    { from: "b", to: "a very long name of a process that does not end <&>", at: 116 },
  ],
};

/** The texts of a drawing, in their order. */
function texts(svg: string): string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text);
}

Deno.test("bars, marks and arrows stand where their time is", () => {
  const { layout } = lanes(replicas, { width: 420 }); // two pixels a millisecond
  const at = (milliseconds: number) => layout.left + 2 * milliseconds;
  const [first, second] = layout.lanes;
  assertEquals(first.segments, [
    { kind: "runs", x: at(0), width: 400, label: "create heroes", labelX: at(0) + 7 },
    { kind: "idle", x: at(200), width: 4 },
  ]);
  assertEquals(second.segments, [{ kind: "runs", x: at(4), width: 12 }, { kind: "waits", x: at(10), width: 388 }]);
  assertEquals(first.events, [{ kind: "done", x: at(200) }]);
  assertEquals(layout.links, [
    { from: "replica 2", to: "replica 1", x: at(10), y: second.barY, endY: first.barY + 26 },
  ]);
  assertEquals(layout.ticks.map(({ text, x }) => [text, x]), [0, 50, 100, 150, 200].map((ms) => [String(ms), at(ms)]));
});

Deno.test("a text without room in its bar stands below it, with the texts of marks and arrows", () => {
  const { layout } = lanes(replicas, { width: 420 });
  const { left, right, lanes: [first, second] } = layout;
  assertEquals(first.notes, []);
  assertEquals(second.notes.map(({ text, row, anchor, x }) => ({ text, row, anchor, x: Math.round(x) })), [
    { text: "connect", row: 1, anchor: left + 14, x: left + 20 },
    { text: "waits for pid 71", row: 0, anchor: left + 20, x: left + 26 },
    {
      text: "nothing left to do",
      row: 0,
      anchor: right,
      x: Math.round(right - 6 - textWidth("nothing left to do", 12.5)),
    },
  ]);
  assert(second.height > first.height, "a lane grows with its texts");
});

Deno.test("a very short bar is wide enough to see, and stays inside", () => {
  const { layout } = lanes({
    lanes: [{
      name: "a",
      segments: [{ from: 500, to: 500.1, kind: "runs" }, { from: 1000, to: 1000, kind: "failed" }],
    }],
  });
  assertEquals(layout.lanes[0].segments, [
    { kind: "runs", x: layout.left + 320, width: 2 },
    { kind: "failed", x: layout.right - 2, width: 2 },
  ]);
});

Deno.test("steps are equally wide, each with its number in the middle", () => {
  const { layout } = lanes(deadlock, { width: 500 });
  assertEquals(layout.lanes[0].segments.map(({ width }) => width), [100, 100, 200, 100]);
  assertEquals(
    layout.ticks.map(({ text, textX }) => [text, Math.round(textX - layout.left)]),
    [["1", 50], ["2", 150], ["3", 250], ["4", 350], ["5", 450], ["", 550]],
  );
  assertEquals(layout.axisTitle, "step of the script, not to scale");
});

Deno.test("arrows at one moment stand beside each other, and the last inside of the plot", () => {
  const { links, right } = lanes(crowded).layout;
  const xs = links.map(({ x }) => Math.round(x)).toSorted((a, b) => a - b);
  assertEquals(xs[1] - xs[0], 12);
  assertEquals(xs[2], right - 2);
});

Deno.test("a text in a bar goes out of the way of an arrow that crosses the bar", () => {
  const { lanes: drawn, links } = lanes(crowded).layout;
  const arrow = links.find(({ from }) => from === "c")!;
  const { x, label, labelX } = drawn[1].segments[0];
  assert(x < arrow.x && arrow.x < x + 20, "the arrow crosses where the text would begin");
  assertEquals([label, labelX], ["select", arrow.x + 9]);
});

Deno.test("no text lies over another, nor over the line from another to its bar", () => {
  for (const data of [replicas, deadlock, crowded]) {
    for (const { notes } of lanes(data).layout.lanes) {
      const placed = notes.map((note) => ({ ...note, end: note.x + textWidth(note.text, laneFonts.text) }));
      for (const one of placed) {
        for (const other of placed.filter((each) => each !== one)) {
          if (one.row === other.row) assert(one.end < other.x || other.end < one.x, `${one.text} | ${other.text}`);
          // at the end of the picture texts stand to the left of their place, and cannot always go out of the way
          if (one.row >= other.row || one.x < one.anchor || other.x < other.anchor) continue;
          assert(other.anchor < one.x || one.end < other.anchor, `the line to "${other.text}" passes "${one.text}"`);
        }
      }
    }
  }
});

Deno.test("nothing in the picture reaches beyond its edge, however long the words", () => {
  for (const data of [replicas, deadlock, crowded]) {
    const { svg } = lanes(data);
    const [, width, height] = svg.match(/viewBox="0 0 (\d+) (\d+)"/)!.map(Number);
    for (const [, x, y, size, rest, text] of svg.matchAll(/<text x="(.+?)" y="(.+?)" font-size="(.+?)"(.*?)>(.*?)</g)) {
      const wide = textWidth(text, Number(size), rest.includes("700"));
      const start = Number(x) - (rest.includes("end") ? wide : rest.includes("middle") ? wide / 2 : 0);
      assert(start >= 0 && start + wide <= width, text);
      assert(Number(y) <= height, text);
    }
  }
});

Deno.test("the drawing says everything in words, the legend only what is there", () => {
  assertEquals(texts(lanes(replicas).svg), [
    ...["Two replicas start at once", "replica 1", "pid 71", "replica 2", "pid 72"],
    ...["0", "50", "100", "150", "200", "milliseconds since the start", "create heroes"],
    ...["connect", "waits for pid 71", "nothing left to do"],
    ...["runs", "waits", "idle", "done", "waits for"],
  ]);
  assertEquals(texts(lanes(deadlock).svg).slice(-8), [
    ...["runs", "waits", "holds, idle", "failed", "begin", "commit", "rollback", "waits for"],
  ]);
});

Deno.test("each kind of bar has a sign of its own beside its colour, in the legend too", () => {
  const signs: [SegmentKind, RegExp][] = [
    ["runs", /rx="3" fill="#0072B2"\/>/g],
    ["waits", /fill="url\(#stripes\)" stroke="#E69F00" stroke-width="1.6" stroke-dasharray="4 3"\/>/g],
    ["holds", /rx="3" fill="#a2d6f3"\/>/g],
    ["idle", /<path d="M\S+ \S+h\d+" stroke="#808080" stroke-width="3"\/>/g],
    ["failed", /rx="3" fill="#D55E00"\/><rect [^>]*fill="none" stroke="white"/g],
  ];
  for (const [kind] of signs) {
    const { svg } = lanes({ lanes: [{ name: "a", segments: [{ from: 0, to: 1, kind }] }] });
    for (const [other, pattern] of signs) {
      assertEquals([...svg.matchAll(pattern)].length, other === kind ? 2 : 0, `${other} in a picture of ${kind}`);
    }
  }
});

Deno.test("the same in words: a sentence for each lane, and a line for each thing that happened", () => {
  const { alt, text, svg } = lanes(replicas);
  assertEquals(
    alt,
    "Two replicas start at once. replica 1 (pid 71): runs 200 ms, idle 2 ms, done. " +
      "replica 2 (pid 72): runs 6 ms, waits 194 ms for replica 1, done: nothing left to do.",
  );
  assertStringIncludes(svg, `<title>${alt}</title>`);
  assertEquals(
    text,
    [
      "Two replicas start at once",
      "replica 1 (pid 71)",
      "  0 to 200 ms: runs: create heroes",
      "  200 ms: done",
      "  200 to 202 ms: idle",
      "replica 2 (pid 72)",
      "  4 to 10 ms: runs: connect",
      "  10 to 204 ms: waits",
      "  10 ms: waits for replica 1: waits for pid 71",
      "  210 ms: done: nothing left to do",
    ].join("\n"),
  );
});

Deno.test("steps in words", () => {
  const { alt, text } = lanes(deadlock);
  assertEquals(
    alt,
    "A deadlock. A: runs 2 steps, waits 2 steps for B, holds 1 step, commit. " +
      "B: runs 1 step, waits for A, holds 1 step, failed 1 step, rollback: 40P01 deadlock detected.",
  );
  assertEquals(
    text,
    [
      "A deadlock",
      "A",
      "  before step 1: begin",
      "  step 1: runs: update 1",
      "  step 2: holds",
      "  steps 3 to 4: waits: update 2",
      "  step 3: waits for B",
      "  step 5: runs",
      "  before step 6: commit",
      "B",
      "  before step 2: begin",
      "  step 2: runs: update 2",
      "  step 3: holds",
      "  step 4: failed: update 1",
      "  step 4: waits for A: waits for A",
      "  before step 5: rollback: 40P01 deadlock detected",
    ].join("\n"),
  );
});

Deno.test("a lane in which nothing happened can be drawn", () => {
  const { alt, layout } = lanes({ lanes: [{ name: "a", segments: [] }] });
  assertEquals(alt, "a: nothing.");
  assertEquals(layout.ticks[0].text, "0");
});

Deno.test("data that cannot be drawn are refused with what is wrong", () => {
  const segments = [{ from: 0, to: 1, kind: "runs" }] as const;
  const one = { name: "a", segments };
  const wrong: [LanesData, string][] = [
    [{ lanes: [] }, "No lanes to draw."],
    [{ lanes: [one, one] }, 'Two lanes are named "a".'],
    [{ lanes: [{ name: "a", segments: [{ from: 2, to: 1, kind: "waits" }] }] }, '"a" waits from 2 to 1:'],
    [{ lanes: [{ name: "a", segments: [{ from: 2, to: NaN, kind: "waits" }] }] }, '"a" waits from 2 to NaN:'],
    [{ lanes: [{ ...one, events: [{ at: Infinity, kind: "done" }] }] }, '"a" has an event "done" at Infinity:'],
    [{ lanes: [one], links: [{ from: "a", to: "b", at: 0 }] }, 'A link names the unknown lane "b". Lanes: a.'],
    [{ lanes: [one], links: [{ from: "a", to: "a", at: 0 }] }, 'A link goes from "a" to itself.'],
    [{ lanes: [one, { name: "b", segments }], links: [{ from: "a", to: "b", at: NaN }] }, "is at NaN"],
  ];
  for (const [data, message] of wrong) assertThrows(() => lanes(data), LanesDataError, message);
});

Deno.test("the same data give the same SVG, with texts made safe", () => {
  assertStringIncludes(
    lanes({ lanes: [{ name: "a<b", segments: [{ from: 0, to: 1, kind: "runs", label: 'x & "y"' }] }] }).svg,
    "x &amp; &quot;y&quot;",
  );
  assertMatch(lanes(crowded).svg, /^<svg .*<\/svg>$/s);
  assertEquals(lanes(crowded).svg, lanes(crowded).svg);
});

pictureTest(() => lanes(deadlock));
