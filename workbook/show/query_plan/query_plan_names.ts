/**
 * Names of plan steps, as in PostgreSQL's EXPLAIN.
 *
 * @module
 */

/** A condition or key of a step. */
export interface PlanCondition {
  /** `"Filter"`, `"Index Cond"`, `"Sort Key"`, … */
  readonly kind: string;
  /** `"(email = 'sandy@example.com'::text)"`. */
  readonly text: string;
}

/** Fields that hold conditions; the first one present is shown in the picture. */
const conditionKinds = [
  "Index Cond",
  "Hash Cond",
  "Merge Cond",
  "Join Filter",
  "Filter",
  "Sort Key",
  "Group Key",
  "Recheck Cond",
  "TID Cond",
  "One-Time Filter",
  "Order By",
  "Presorted Key",
  "Cache Key",
] as const;

/** Returns the conditions of a step. */
export function conditionsOf(raw: Readonly<Record<string, unknown>>): PlanCondition[] {
  return conditionKinds.flatMap((kind) => {
    const value = raw[kind];
    if (typeof value === "string") return [{ kind, text: value }];
    return Array.isArray(value) ? [{ kind, text: value.join(", ") }] : [];
  });
}

/** Returns the title of a step: `"Parallel Seq Scan on orders"`, `"Hash Left Join"`, `"CTE recent: HashAggregate"`. */
export function titleOf(raw: Readonly<Record<string, unknown>>): string {
  const text = (key: string) => typeof raw[key] === "string" ? raw[key] : "";
  const subplan = text("Subplan Name").replace(/ \(returns .*\)$/, "");
  const partial = text("Partial Mode") === "Simple" ? "" : text("Partial Mode");
  const parallel = raw["Parallel Aware"] === true ? "Parallel" : "";
  // a bitmap index scan names no table
  const place = text("Relation Name") || text("CTE Name") || text("Function Name") || text("Index Name");
  const alias = place === "" || text("Alias") === place ? "" : text("Alias");
  const words = [partial, parallel, typeOf(text), place === "" ? "" : `on ${place}`, alias];
  return (subplan === "" ? "" : `${subplan}: `) + words.filter((word) => word !== "").join(" ");
}

function typeOf(text: (key: string) => string): string {
  const type = text("Node Type");
  const [strategy, join] = [text("Strategy"), text("Join Type")];
  if (type === "ModifyTable") return text("Operation");
  if (type === "Aggregate") {
    return ({ Sorted: "GroupAggregate", Hashed: "HashAggregate", Mixed: "MixedAggregate" })[strategy] ?? type;
  }
  if (join === "" || join === "Inner") return type;
  return type === "Nested Loop" ? `Nested Loop ${join} Join` : type.replace("Join", `${join} Join`);
}
