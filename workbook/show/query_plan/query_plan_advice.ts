/**
 * Interprets a query plan: the slowest step, the worst estimate, and suggestions.
 *
 * @module
 */
import { formatCount, formatNumber } from "../number.ts";
import type { PlanNode, PlanTree } from "./query_plan_data.ts";

/** A finding supported by the figures of a plan. */
export interface PlanFinding {
  readonly kind:
    | "missing index"
    | "wide index"
    | "misestimate"
    | "spill"
    | "many loops"
    | "heap fetches"
    | "trigger"
    | "compilation";
  /** The step, if the finding concerns one. */
  readonly node?: PlanNode;
  /** Share of the execution time affected, 0 to 1. */
  readonly share: number;
  /** The observation and the suggestion. */
  readonly sentence: string;
}

/** Thresholds below which a finding is insignificant or could be due to chance. */
const limits = { share: 0.1, rows: 1000, kept: 0.1, factor: 10, loops: 1000, loopShare: 0.5, other: 0.3 } as const;

/** Returns the step with the longest time of its own. */
export function slowestOf({ nodes }: PlanTree): PlanNode {
  return nodes.reduce((slowest, node) => node.self > slowest.self ? node : slowest);
}

/**
 * Returns the step with the worst row estimate, off by a factor of two or more; of several, the lowest, where the error
 * originates.
 */
export function worstEstimateOf({ nodes }: PlanTree): PlanNode | undefined {
  const off = nodes.filter(({ misestimate = 1 }) => misestimate >= 2);
  return off.length === 0
    ? undefined
    : off.reduce((worst, node) => node.misestimate! > worst.misestimate! * 0.99 ? node : worst);
}

/** Returns the findings, ordered by their share of the time, largest first. */
export function findingsOf(tree: PlanTree): PlanFinding[] {
  const found = tree.nodes.filter(({ loops }) => loops > 0).flatMap((node) =>
    [indexFinding, spillFinding, loopFinding, fetchFinding].flatMap((find) => find(node, tree) ?? [])
  );
  return [...found, ...misestimateFinding(tree), ...triggerFindings(tree), ...compilationFinding(tree)]
    .filter(({ share }) => share >= limits.share)
    .sort((a, b) => b.share - a.share);
}

/** Formats all findings as sentences, or says that there are none. */
export function adviceOf(findings: readonly PlanFinding[]): string {
  if (findings.length > 0) return findings.map(({ sentence }) => sentence).join(" ");
  return "Nothing stands out: no large scan for few rows, no badly wrong estimate, nothing spilled to disk.";
}

type Find = (node: PlanNode, tree: PlanTree) => PlanFinding | undefined;

const shareOf = (milliseconds: number, { execution }: PlanTree) => execution === 0 ? 0 : milliseconds / execution;
const rowsText = (rows: number) => `${formatCount(rows)} ${rows === 1 ? "row" : "rows"}`;

/** Finds scans that read many rows and discard nearly all of them. */
const indexFinding: Find = (node, tree) => {
  const kept = node.rows * node.loops;
  const read = kept + node.removedRows;
  if (node.relation === undefined || node.removedRows < limits.rows || kept > limits.kept * read) return;
  const filter = node.conditions.find(({ kind }) => kind === "Filter")?.text;
  if (filter === undefined) return;
  const share = shareOf(node.self, tree);
  const seen = `${node.title} read ${rowsText(read)} to keep ${formatCount(kept)}.`;
  const column = comparedColumn(filter);
  if (node.type === "Seq Scan") {
    const index = column === undefined
      ? `an index that fits its filter ${filter}`
      : `CREATE INDEX ON ${node.relation} (${column})`;
    return { kind: "missing index", node, share, sentence: `${seen} Try ${index}.` };
  }
  if (!node.type.startsWith("Index") && node.type !== "Bitmap Heap Scan") return;
  return { kind: "wide index", node, share, sentence: `${seen} Try an index that has the columns of ${filter}, too.` };
};

/** Returns the column of a filter that compares a single column; undefined for any other filter. */
function comparedColumn(filter: string): string | undefined {
  return /^\(\(?("[^"]+"|\w+)\)?(?:::[a-z ]+)? (?:=|<|>|<=|>=) [^()]+\)$/.exec(filter)?.[1];
}

/** Finds steps that spilled to disk. */
const spillFinding: Find = (node, tree) => {
  const { raw } = node;
  const sorted = raw["Sort Space Type"] === "Disk" ? Number(raw["Sort Space Used"]) : 0;
  const hashed = node.type === "Aggregate" ? Number(raw["Disk Usage"] ?? 0) : 0;
  const batches = node.type === "Hash" ? Number(raw["Hash Batches"] ?? 1) : 1;
  if (sorted + hashed === 0 && batches <= 1) return;
  const seen = batches > 1
    ? `${node.title} did not fit in memory and used ${batches} batches on disk.`
    : `${node.title} did not fit in memory and used ${formatNumber((sorted + hashed) / 1024)} MB on disk.`;
  const index = sorted > 0 ? `, or an index in the order of ${conditionText(node, "Sort Key")}` : "";
  const share = shareOf(batches > 1 ? node.total : node.self, tree);
  return { kind: "spill", node, share, sentence: `${seen} Try more memory: SET LOCAL work_mem = …${index}.` };
};

function conditionText({ conditions }: PlanNode, kind: string): string {
  return conditions.find((each) => each.kind === kind)?.text ?? "its key";
}

/** Finds nested loops whose inner side runs very often and takes most of the time. */
const loopFinding: Find = (node, tree) => {
  const [outer, inner] = node.children;
  if (node.type !== "Nested Loop" || inner === undefined || inner.loops < limits.loops) return;
  const share = shareOf(inner.total, tree);
  if (share < limits.loopShare) return;
  const expected = outer.expectedRows * outer.loops;
  const isSurprise = (outer.misestimate ?? 1) >= limits.factor && outer.rows > outer.expectedRows;
  const seen =
    `The inner side of step ${node.number} (${node.title}), ${inner.title}, ran ${formatCount(inner.loops)} times` +
    (isSurprise ? `; planned for about ${formatCount(expected)}.` : ".");
  const cure = isSurprise
    ? `Try ANALYZE, so that the planner can choose another join.`
    : inner.type === "Seq Scan"
    ? `Try an index on ${inner.relation} for the join condition.`
    : `Try to reduce the number of outer rows: filter the outer side earlier.`;
  return { kind: "many loops", node, share, sentence: `${seen} ${cure}` };
};

/** Finds index-only scans that visit the table because it has not been vacuumed. */
const fetchFinding: Find = (node, tree) => {
  const fetches = Number(node.raw["Heap Fetches"] ?? 0);
  if (fetches < limits.rows || fetches < node.rows * node.loops / 2) return;
  const sentence = `${node.title} visited the table for ${rowsText(fetches)} to check their visibility. ` +
    `Try VACUUM ${node.relation}.`;
  return { kind: "heap fetches", node, share: shareOf(node.self, tree), sentence };
};

/** Finds the step where a bad estimate originates: steps above it only inherit the error. */
function misestimateFinding(tree: PlanTree): PlanFinding[] {
  const isOff = ({ misestimate = 1, rows, expectedRows }: PlanNode) =>
    misestimate >= limits.factor && Math.abs(rows - expectedRows) >= 100;
  const node = tree.nodes.filter((node) => isOff(node) && !node.children.some(isOff))
    .sort((a, b) => b.misestimate! - a.misestimate!)[0];
  if (node === undefined) return [];
  const seen = `${node.title}: ${rowsText(node.expectedRows)} expected, ${formatCount(node.rows)} actual.`;
  const conditions = node.conditions.map(({ text }) => text).join(" ");
  const cure = node.relation === undefined
    ? "Try ANALYZE of the tables below it."
    : / AND /.test(conditions)
    ? `Try ANALYZE ${node.relation}; if that does not help, its columns depend on each other: CREATE STATISTICS.`
    : `Try ANALYZE ${node.relation}.`;
  // it determined the choice of the join above
  const joins = tree.nodes.filter((each) => each.children.length > 1 && isBelow(node, each));
  const share = shareOf((joins.at(-1) ?? tree.root).total, tree);
  return [{ kind: "misestimate", node, share, sentence: `${seen} ${cure}` }];
}

function isBelow(node: PlanNode, above: PlanNode): boolean {
  return above.children.some((child) => child === node || isBelow(node, child));
}

/** Finds foreign-key checks that search a table without an index. */
function triggerFindings(tree: PlanTree): PlanFinding[] {
  return tree.triggers.map((trigger): PlanFinding => {
    const isDelete = tree.nodes.some(({ raw }) => raw["Operation"] === "Delete");
    const cure = isDelete ? "If it is a foreign key, try an index on the columns that refer to these rows." : "";
    const sentence = `${trigger.name} took ${formatNumber(trigger.milliseconds)} ms for ${
      formatCount(trigger.calls)
    } calls, after the statement's own work. ${cure}`.trim();
    return { kind: "trigger", share: shareOf(trigger.milliseconds, tree), sentence };
  }).filter(({ share }) => share >= limits.other);
}

function compilationFinding(tree: PlanTree): PlanFinding[] {
  const share = shareOf(tree.jit, tree);
  if (share < limits.other) return [];
  const sentence = `Compiling the plan took ${formatNumber(tree.jit)} ms of ${formatNumber(tree.execution)}. ` +
    "Try SET jit = off, or a higher jit_above_cost.";
  return [{ kind: "compilation", share, sentence }];
}
