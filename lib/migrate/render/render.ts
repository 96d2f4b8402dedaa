/** Writes operations as the TypeScript of a revision. @module */
import { describe, inverse, type Operation } from "../operations.ts";
import { text } from "./source.ts";
import { statement } from "./statements.ts";
import { warning } from "./warnings.ts";

/** The bodies of a revision. */
export interface RevisionSource {
  /** The lines of `up(db)`, unindented. */
  readonly up: readonly string[];
  /** The lines of `down(db)`; where there is no way back a single throw. */
  readonly down: readonly string[];
  /** The lines that import what the bodies need. */
  readonly imports: readonly string[];
}

/**
 * Writes the way up and the way down.
 *
 * @param errors the module that exports `IrreversibleError`, as the revision imports it.
 */
export function renderRevision(operations: readonly Operation[], errors: string): RevisionSource {
  const up = operations.flatMap((operation) => [...warning(operation, "up"), ...statement(operation)]);
  const final = operations.filter((operation) => inverse(operation) === undefined);
  const down = final.length > 0 ? throwIrreversible(final) : operations.toReversed().flatMap((operation) => {
    const back = inverse(operation)!;
    return [...warning(back, "down"), ...statement(back)];
  });
  const usesSql = [...up, ...down].some((line) => /\bsql(<boolean>)?`/.test(line));
  return {
    up,
    down,
    imports: [
      usesSql ? `import { type Kysely, sql } from "kysely";` : `import type { Kysely } from "kysely";`,
      ...(final.length > 0 ? [`import { IrreversibleError } from ${text(errors)};`] : []),
    ],
  };
}

function throwIrreversible(operations: readonly Operation[]): string[] {
  const reason = `there is no way back from: ${operations.map(describe).join(", ")}`;
  const line = `throw new IrreversibleError(${text(reason)});`;
  if (line.length <= 118) return [line];
  return ["throw new IrreversibleError(", `  ${text(reason)},`, ");"];
}
