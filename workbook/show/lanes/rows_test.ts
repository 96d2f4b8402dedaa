import { assert, assertEquals, assertThrows } from "@std/assert";
import { lanes } from "./lanes.ts";
import { LanesDataError, type LaneSegment, type SegmentKind } from "./lanes_data.ts";

/** A connection with two statements in flight together, then one alone; two pixels a millisecond. */
const connection = {
  name: "connection",
  segments: [
    { from: 0, to: 200, kind: "holds", label: "its holder" },
    { from: 0, to: 100, kind: "runs", label: "SELECT name FROM heroes WHERE name = 'sandy'", row: 0 },
    { from: 1, to: 100, kind: "runs", label: "SELECT 1", row: 1 },
    { from: 100, to: 190, kind: "runs", row: 0 },
    { from: 190, to: 200, kind: "receives", row: 0 },
  ],
  groups: [{ from: 0, to: 100, rows: 2, number: 1 }, { from: 100, to: 200, rows: 1, number: 2 }],
  events: [{ at: 0, kind: "begin" }, { at: 200, kind: "commit" }],
} as const;

const width = 400;

Deno.test("concurrent segments stand in rows, in front of those that span the lane", () => {
  const { layout: { lanes: [lane], left } } = lanes({ lanes: [connection] }, { width });
  assertEquals(lane.segments.map(({ row }) => row), [undefined, 0, 1, 0, 0]);
  assertEquals(lane.segments.map(({ x }) => x - left), [0, 0, 2, 200, 380]);
  assertEquals(lane.barHeight, 2 * 18 + 3 + 2 * 5);
  const [alone] = lanes({ lanes: [{ name: "a", segments: [connection.segments[0]] }] }).layout.lanes;
  assert(alone.height < lane.height, "a lane grows with its rows");
});

Deno.test("the text of a row is shortened to its bar, and no text is drawn behind rows", () => {
  const { layout: { lanes: [lane] }, text } = lanes({ lanes: [connection] }, { width });
  assertEquals(lane.segments.map(({ label }) => label), [
    ...[undefined, "SELECT name FROM heroes WH…", "SELECT 1", undefined, undefined],
  ]);
  assertEquals(lane.notes, []);
  for (const { label } of connection.segments.filter((segment) => "label" in segment)) {
    assert(text.includes(label), `${label} is missing in the text`);
  }
});

Deno.test("a group has a number above the lane, and a frame around several rows", () => {
  const { layout: { lanes: [lane], left }, svg } = lanes({ lanes: [connection] }, { width });
  assertEquals(lane.groups, [
    { x: left, width: 200, rows: 2, number: 1, numberX: left + 9 },
    { x: left + 200, width: 200, rows: 1, number: 2, numberX: left + 209 },
  ]);
  assertEquals(svg.match(/<rect [^>]*fill="none" stroke="#595959"/g)?.length, 1, "one frame");
  assert(lane.beginsY < lane.barY && lane.marksY > lane.barY + lane.barHeight, "marks stand beside the bars");
});

Deno.test("a number is left out where it would hide another or the mark of a begin, or leave the picture", () => {
  const group = (number: number, from: number) => ({ from, to: from + 1, rows: 1, number });
  const groups = [group(1, 0), group(2, 3), group(3, 20), group(4, 195), group(5, 199)];
  const numbered = (events: { at: number; kind: "begin" }[]) =>
    lanes({ lanes: [{ ...connection, groups, events }] }, { width }).layout.lanes[0].groups
      .filter(({ numberX }) => numberX !== undefined).map(({ number }) => number);
  assertEquals(numbered([]), [1, 3, 4], "there is room in the margin for the last one");
  assertEquals(numbered([{ at: 23, kind: "begin" }]), [1, 4]);
  groups.push(group(6, 100), group(7, 100.5));
  assertEquals(numbered([{ at: 100.5, kind: "begin" }]), [1, 3, 7, 4], "the mark has the number of its own group");
});

Deno.test("a very short bar of any kind is drawn with a positive width", () => {
  for (const kind of ["runs", "receives", "holds", "waits", "idle", "failed", "connects"] as SegmentKind[]) {
    const { svg } = lanes({
      lanes: [{ name: "a", segments: [{ from: 0, to: 1, kind }, { from: 999, to: 1000, kind }] }],
    });
    assertEquals([...svg.matchAll(/(width|height)="(-[\d.]+|0)"/g)].map(([part]) => part), [], kind);
  }
});

Deno.test("a row is a whole number, and a group ends after it began", () => {
  const segment: LaneSegment = { from: 0, to: 1, kind: "runs" };
  for (const row of [-1, 0.5, NaN]) {
    const data = { lanes: [{ name: "a", segments: [{ ...segment, row }] }] };
    assertThrows(() => lanes(data), LanesDataError, `"a" runs in row ${row}`);
  }
  const groups = [{ from: 2, to: 1, rows: 1, number: 1 }];
  assertThrows(() => lanes({ lanes: [{ name: "a", segments: [segment], groups }] }), LanesDataError, "2 to 1");
});
