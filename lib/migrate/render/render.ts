/** Renders operations as the TypeScript code of a revision. @module */
import { describe, inverse, type Operation } from "../operations.ts";
import { text } from "./source.ts";
import { statement } from "./statements.ts";
import { warning } from "./warnings.ts";

/** Code of a revision. */
export interface RevisionSource {
  /** Body of `up(db)`, as unindented lines. */
  readonly up: readonly string[];
  /** Body of `down(db)`; throws `IrreversibleError` if an operation has no inverse. */
  readonly down: readonly string[];
  /** Import statements of the bodies. */
  readonly imports: readonly string[];
}

/**
 * Renders the bodies of `up` and `down`.
 *
 * @param errors specifier of the module that exports `IrreversibleError`
 * @returns their lines and imports
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
  const reason = `cannot undo: ${operations.map(describe).join(", ")}`;
  const line = `throw new IrreversibleError(${text(reason)});`;
  if (line.length <= 118) return [line];
  return ["throw new IrreversibleError(", `  ${text(reason)},`, ");"];
}
