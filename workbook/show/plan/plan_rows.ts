/**
 * The plan of a unit of work as rows: what each statement writes, which must come after which, which are sent together.
 *
 * @module
 */

/** A table, as far as a plan looks at it. */
export interface PlanTable {
  readonly name: string;
  foreignKeys(): { readonly to: PlanTable; readonly column: PlanColumn; readonly referred: PlanColumn }[];
}

/** A column: its name in the database, and in the objects. */
export interface PlanColumn {
  readonly name: string;
  readonly attribute: string;
  readonly primaryKey: boolean;
}

/** A statement that waits: what is looked at of the steps that `session.diff()` returns. */
export interface PlanStep {
  readonly kind: "insert" | "update" | "delete" | "link" | "unlink";
  readonly table: PlanTable;
  readonly columns: readonly PlanColumn[];
  readonly entities: readonly Readonly<Record<string, unknown>>[];
  readonly returning: readonly PlanColumn[];
  readonly waits: boolean;
  readonly counted: boolean;
  readonly sql?: string;
}

/** Why a step comes after another. */
export interface PlanReason {
  /** The earlier step. */
  readonly number: number;
  /** True when it needs keys that the server makes there. */
  readonly needsAnswer: boolean;
  /** The foreign key that asks for the order: `"user_id → users"`. */
  readonly because: string;
}

/** One statement of a plan. */
export interface PlanRow {
  /** Counted from 1. */
  readonly number: number;
  readonly kind: PlanStep["kind"];
  readonly table: string;
  /** How many rows it writes. */
  readonly rows: number;
  /** The columns that it writes; of a DELETE those by which it finds the rows. */
  readonly columns: readonly string[];
  /** The columns that come back with the answer. */
  readonly returned: readonly string[];
  /** The SQL, where the step tells it. */
  readonly sql: string;
  /** The steps that must come before it, and why. */
  readonly after: readonly PlanReason[];
  /** Steps with the same number are sent together; counted from 1. */
  readonly sending: number;
}

/** What is drawn. */
export interface PlanRows {
  readonly rows: readonly PlanRow[];
  /** True when COMMIT can travel with the last statements, false when it waits for their answers. */
  readonly commitGoesAlong: boolean;
}

/** The steps of a plan as rows to draw. */
export function planRows(steps: readonly PlanStep[]): PlanRows {
  let sending = 1;
  let isFirstOfSending = true;
  const rows = steps.map((step, index): PlanRow => {
    if (step.waits && !isFirstOfSending) sending++;
    isFirstOfSending = false;
    const after = steps.slice(0, index).flatMap((earlier, before) => {
      const need = needOf(step, earlier);
      return need === undefined ? [] : [{ number: before + 1, ...need }];
    });
    return {
      number: index + 1,
      kind: step.kind,
      table: step.table.name,
      rows: step.entities.length,
      sql: step.sql ?? "",
      columns: step.columns.map(({ name }) => name),
      returned: step.returning.map(({ name }) => name),
      after,
      sending,
    };
  });
  return { rows, commitGoesAlong: !steps.some(({ counted, waits }) => counted || waits) };
}

/** Why a step must come after an earlier one; undefined where it need not. */
function needOf(step: PlanStep, earlier: PlanStep): Omit<PlanReason, "number"> | undefined {
  if (step.kind === "delete") {
    // a row can be deleted when no other refers to it any more
    const isTaken = earlier.kind === "delete" || earlier.kind === "unlink" || earlier.kind === "update";
    const key = earlier.table.foreignKeys().find(({ to }) => to === step.table);
    const because = key && `${earlier.table.name}.${key.column.name} → ${step.table.name}`;
    return isTaken && earlier.table !== step.table && because ? { needsAnswer: false, because } : undefined;
  }
  if (earlier.kind !== "insert" || step.kind === "unlink") return undefined;
  const written = new Set(step.columns.map(({ name }) => name));
  const keys = step.table.foreignKeys().filter(({ to, column }) => to === earlier.table && written.has(column.name));
  for (const { to, column, referred } of keys) {
    const because = `${column.name} → ${to.name}`;
    const known = earlier.entities.map((entity) => entity[referred.attribute]);
    const wanted = step.entities.map((entity) => entity[column.attribute]);
    if (step.waits && known.includes(undefined) && wanted.includes(undefined)) return { needsAnswer: true, because };
    if (wanted.some((value) => value !== null && value !== undefined && known.includes(value))) {
      return { needsAnswer: false, because };
    }
  }
  // an object that is inserted first and completed afterwards: a circle of rows that refer to each other
  if (step.kind !== "update" || !step.entities.some((entity) => earlier.entities.includes(entity))) return undefined;
  const needsAnswer = earlier.returning.some(({ primaryKey }) => primaryKey) && step.waits;
  return { needsAnswer, because: "completes its rows" };
}

/** One sentence for those who do not see the picture. */
export function planAlt({ rows, commitGoesAlong }: PlanRows): string {
  if (rows.length === 0) return "Nothing waits to be sent.";
  const steps = rows.map((row) => `${row.number} ${row.kind} ${count(row.rows, "row")}, ${row.table}${afterText(row)}`);
  return `${count(rows.length, "statement")} in ${count(rows.at(-1)!.sending, "sending")}: ${steps.join("; ")}; ` +
    `${commitText(commitGoesAlong)}.`;
}

/** The plan as lines of text. */
export function planText({ rows, commitGoesAlong }: PlanRows): string {
  if (rows.length === 0) return "Nothing waits to be sent.";
  const lines = rows.map((row) => {
    const columns = row.columns.length === 0 ? "" : ` (${row.columns.join(", ")})`;
    return `${row.number}. ${row.kind} ${count(row.rows, "row")}: ${row.table}${columns}${afterText(row)}`;
  });
  return [...lines, commitText(commitGoesAlong)].join("\n");
}

/** ", after 1 (user_id → users), needs the answer of 2 (order_id → orders)". */
export function afterText({ after }: Pick<PlanRow, "after">): string {
  const reasons = (needsAnswer: boolean) =>
    after.filter((each) => each.needsAnswer === needsAnswer).map(({ number, because }) => `${number} (${because})`)
      .join(" and ");
  const [order, answer] = [reasons(false), reasons(true)];
  return (order && `, after ${order}`) + (answer && `, needs the answer of ${answer}`);
}

/** What is said of COMMIT below the steps. */
export function commitText(goesAlong: boolean): string {
  return goesAlong ? "COMMIT can be sent along with them" : "COMMIT is sent after the last answer";
}

/** "1 row", "2 rows". */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}
