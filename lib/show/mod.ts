/**
 * Data to pictures: charts, timelines, graphs and tables that show themselves in a notebook.
 *
 * @module
 */
export { type Displayable, displaySymbol, type LiveText, liveText, type MimeBundle, show } from "./display.ts";
export { Chart, chart, type ChartSpec, MissingAltTextError } from "./chart.ts";
export { intervalChart, type IntervalOptions, type IntervalRow, IntervalRowError } from "./interval_chart.ts";
export { ratioChart, type RatioOptions, type RatioRow, RatioRowError } from "./ratio_chart.ts";
export { type Table, table, type TableOptions } from "./table.ts";
export { tables, TablesPicture } from "./tables.ts";
export { NoEventsError, Timeline, timeline, type TimelineOptions } from "./timeline.ts";
export { type TimelineBar, type TimelineMark, type TimelineRows, timelineRows } from "./timeline_rows.ts";
export { Plan, plan, type PlanOptions, unitOfWork, type UnitOfWorkSource } from "./plan.ts";
export { type PlanReason, type PlanRow, planRows, type PlanStep } from "./plan_rows.ts";
export { roundTripChart, type RoundTripOptions, type RoundTripRow, roundTrips } from "./round_trips.ts";
export { type EventRecording, type EventSource, recordEvents } from "./record_events.ts";
export { NPlusOne, nPlusOne, type NPlusOneOptions, type Repetition, watchNPlusOne } from "./n_plus_one.ts";
export { Picture } from "./picture.ts";
export { revisionGraph, type RevisionGraphOptions } from "./revision_graph.ts";
export { type DrawnHistoryEntry, type DrawnRevision, MissingRevisionError } from "./revision_layout.ts";
export { lanes, type LanesOptions } from "./lanes.ts";
export {
  type Lane,
  type LaneEvent,
  type LaneEventKind,
  type LaneLink,
  type LanesData,
  LanesDataError,
  type LaneSegment,
  type SegmentKind,
} from "./lanes_data.ts";
export { explain } from "./explain.ts";
export { QueryPlan, queryPlan, type QueryPlanOptions } from "./query_plan.ts";
export { type PlanNode, type PlanPages, type PlanTree, type PlanTrigger, QueryPlanError } from "./query_plan_data.ts";
export type { PlanFinding } from "./query_plan_advice.ts";
export type { PlanCondition } from "./query_plan_names.ts";
export { interleave, type Script, type ScriptStep } from "./interleave.ts";
export { Interleaving } from "./interleaving.ts";
export { ScriptError, type Speaker, type StepOutcome } from "./stage.ts";
export { type PoolHold, PoolPicture, poolPicture, type PoolPictureOptions } from "./pool_picture.ts";
