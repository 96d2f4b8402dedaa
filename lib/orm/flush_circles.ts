/**
 * Circles of steps that each need another one before them: how one can go first all the same.
 *
 * @module
 */
import { foreignKeyName } from "../schema/names.ts";
import type { DeferrableConstraint } from "./dml.ts";
import { ReferenceCircleError, UniqueCircleError } from "./errors.ts";
import { laterColumns, type Need, type Step } from "./flush_steps.ts";
import type { RowWrite } from "./write_statement.ts";

/** What has to be done before the steps are passable. */
interface Passage {
  /** Rows whose `columns` are set to NULL first. */
  readonly parked?: readonly RowWrite[];
  /** A constraint that is checked after the steps. */
  readonly constraint?: DeferrableConstraint;
}

/** A need that is part of a circle, and the step that has it. */
interface Link {
  readonly by: Step;
  readonly need: Need;
}

/**
 * Removes the needs of one constraint from the circles among steps: the constraint is checked later; or a foreign key
 * is set later; or a row gives up its value, or its reference, by a NULL.
 *
 * @throws {ReferenceCircleError} when no row can be inserted first.
 * @throws {UniqueCircleError} when no row can give up its value first.
 */
export function breakCircle(steps: readonly Step[], isWaiting: (step: Step) => boolean): Passage {
  const links = steps.flatMap((by) =>
    by.needs.filter(({ step, isBefore }) => isBefore && isWaiting(step) && reaches(step, by, isWaiting))
      .map((need): Link => ({ by, need }))
  );
  for (const way of [checkUniqueLater, setReferenceLater, park, checkReferenceLater, leaveToServer]) {
    const first = links.find((link) => way.isFor(link));
    if (!first) continue;
    const { key, unique } = first.need;
    const same = links.filter((link) => link.need.key === key && link.need.unique === unique && way.isFor(link));
    for (const { by, need } of same) by.needs = by.needs.filter((each) => each !== need);
    return way.pass(same);
  }
  const unique = links.find(({ need }) => need.unique)?.need.unique;
  if (unique) throw new UniqueCircleError(unique.table.name, unique.columns.map(({ attribute }) => attribute));
  throw new ReferenceCircleError([...new Set(links.map(({ need }) => need.key!))]);
}

/** One way to pass circles. */
interface Way {
  isFor(link: Link): boolean;
  pass(links: readonly Link[]): Passage;
}

const checkUniqueLater: Way = {
  isFor: ({ need: { unique } }) => unique?.deferrable === true,
  pass: ([{ need: { unique } }]) => ({ constraint: unique as DeferrableConstraint }),
};

/** A new row is inserted without the reference, which an UPDATE sets afterwards. */
const setReferenceLater: Way = {
  isFor: ({ by, need: { key } }) =>
    by.kind === "insert" && key !== undefined && laterColumns(by, key).every(({ nullable }) => nullable),
  pass(links) {
    for (const { by, need } of links) by.deferred = new Set([...by.deferred, ...laterColumns(by, need.key!)]);
    return {};
  },
};

const park: Way = {
  isFor: ({ need: { parked } }) => parked !== undefined,
  pass: (links) => ({
    parked: [...new Set(links.map(({ need }) => need.step))].map((step): RowWrite => {
      const column = links.find(({ need }) => need.step === step)!.need.parked!;
      if (step.kind === "update" && !step.columns.includes(column)) {
        step.columns = step.table.columns.filter((each) => each === column || step.columns.includes(each));
      }
      const { table, loaded, replaced } = step;
      return { table, entity: replaced?.entity ?? step.entity, loaded, columns: [column] };
    }),
  }),
};

const checkReferenceLater: Way = {
  isFor: ({ by, need: { key } }) => Boolean(key?.deferrable) && !key!.columns.some((column) => by.awaited.has(column)),
  pass([{ need: { key } }]) {
    const { from: table, columns, deferrable } = key!;
    return deferrable === "deferred" ? {} : { constraint: { table, columns, name: foreignKeyName(key!) } };
  },
};

/** The rows may not fulfil the condition of an index; a deletion may cascade. */
const leaveToServer: Way = {
  isFor: ({ by, need: { key, unique } }) => unique?.isPartial === true || key !== undefined && by.kind === "delete",
  pass: () => ({}),
};

/** Reports whether a step needs another one, directly or by others that are waiting. */
function reaches(from: Step, to: Step, isWaiting: (step: Step) => boolean): boolean {
  const seen = new Set([from]);
  for (const step of seen) { // including those added here
    if (step === to) return true;
    for (const need of step.needs) if (isWaiting(need.step)) seen.add(need.step);
  }
  return false;
}
