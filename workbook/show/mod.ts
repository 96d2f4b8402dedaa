/**
 * Displayable charts, timelines, graphs and tables for notebooks.
 *
 * @module
 */
import "../call_sites.ts";
export { type Displayable, displaySymbol, type LiveText, liveText, type MimeBundle, show } from "./display.ts";
export { Chart, chart, type ChartSpec, MissingAltTextError } from "./chart/chart.ts";
export { intervalChart, type IntervalOptions, type IntervalRow, IntervalRowError } from "./chart/interval_chart.ts";
export { barChart, type BarOptions, type BarRow } from "./chart/bar_chart.ts";
export { type LineAxis, lineChart, type LineOptions, type LinePoint, LinePointError } from "./chart/line_chart.ts";
export { ratioChart, type RatioOptions, type RatioRow, RatioRowError } from "./chart/ratio_chart.ts";
export { type Table, table, type TableOptions } from "./table.ts";
export { tables, TablesPicture } from "./tables/tables.ts";
export { NoEventsError, Timeline, timeline, type TimelineOptions } from "./timeline/timeline.ts";
export { type TimelineBar, type TimelineMark, type TimelineRows, timelineRows } from "./timeline/timeline_rows.ts";
export { Plan, plan, type PlanOptions, unitOfWork, type UnitOfWorkSource } from "./plan/plan.ts";
export { type PlanReason, type PlanRow, planRows, type PlanStep } from "./plan/plan_rows.ts";
export { roundTripChart, type RoundTripOptions, type RoundTripRow, roundTrips } from "./timeline/round_trips.ts";
export { type EventRecording, type EventSource, recordEvents } from "./record_events.ts";
export { NPlusOne, nPlusOne, type NPlusOneOptions, type Repetition, watchNPlusOne } from "./n_plus_one/n_plus_one.ts";
export { Picture } from "./picture.ts";
export { revisionGraph, type RevisionGraphOptions } from "./revisions/revision_graph.ts";
export { type DrawnHistoryEntry, type DrawnRevision, MissingRevisionError } from "./revisions/revision_layout.ts";
export { lanes, type LanesOptions } from "./lanes/lanes.ts";
export {
  type Lane,
  type LaneEvent,
  type LaneEventKind,
  type LaneLink,
  type LanesData,
  LanesDataError,
  type LaneSegment,
  type SegmentKind,
} from "./lanes/lanes_data.ts";
export { explain } from "./query_plan/explain.ts";
export { QueryPlan, queryPlan, type QueryPlanOptions } from "./query_plan/query_plan.ts";
export {
  type PlanNode,
  type PlanPages,
  type PlanTree,
  type PlanTrigger,
  QueryPlanError,
} from "./query_plan/query_plan_data.ts";
export type { PlanFinding } from "./query_plan/query_plan_advice.ts";
export type { PlanCondition } from "./query_plan/query_plan_names.ts";
export { interleave, type Script, type ScriptStep } from "./interleave/interleave.ts";
export { Interleaving } from "./interleave/interleaving.ts";
export { ScriptError, type Speaker, type StepOutcome } from "./interleave/stage.ts";
export { type PoolHold, PoolPicture, poolPicture, type PoolPictureOptions } from "./pool/pool_picture.ts";
export {
  Conversation,
  conversation,
  type ConversationOptions,
  conversationSync,
  NothingSaidError,
} from "./conversation/conversation.ts";
