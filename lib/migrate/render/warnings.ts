/** Writes comments above statements that destroy data, or may fail on existing rows. @module */
import { type ColumnSchema, fullName, type ObjectName, type SequenceSchema } from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import { comment } from "./source.ts";
import { statement } from "./statements.ts";
import { losesOptions } from "./tables.ts";
import { conversion, sqlType } from "./types.ts";

/** Lines of the comment above an operation; empty for a safe one. */
export function warning(operation: Operation, direction: "up" | "down"): string[] {
  return [...dataWarning(operation, direction), ...sequenceWarning(operation, direction)];
}

/** Tells the options of sequences that a new sequence does not have. */
function sequenceWarning(operation: Operation, direction: "up" | "down"): string[] {
  const told = (table: ObjectName, column: string, { options }: SequenceSchema) =>
    comment(`A new sequence of ${fullName(table)}.${column} has the usual options, not ${options.join(" ")}.`);
  const ofColumn = (table: ObjectName, column: ColumnSchema) =>
    losesOptions(table, column) ? told(table, column.name, column.sequence!) : [];
  if (operation.kind.startsWith("drop") && direction === "down") return [];
  switch (operation.kind) {
    case "createTable":
    case "dropTable":
      return operation.table.columns.flatMap((column) => ofColumn(operation.table, column));
    case "addColumn":
    case "dropColumn":
      return ofColumn(operation.table, operation.column);
    case "addIdentity":
    case "dropIdentity":
    case "addSerial":
    case "dropSerial":
      return operation.sequence ? told(operation.table, operation.column, operation.sequence) : [];
    default:
      return [];
  }
}

function dataWarning(operation: Operation, direction: "up" | "down"): string[] {
  switch (operation.kind) {
    case "dropTable": {
      const { table, mayBe } = operation;
      const lines = comment("Destroys data: the table with its rows.");
      if (!mayBe || direction === "down") return lines;
      return [...lines, ...renameInstead(fullName(mayBe), "creates", { kind: "renameTable", from: table, to: mayBe })];
    }
    case "dropColumn": {
      const { table, column, mayBe } = operation;
      if (column.generated !== undefined) return [];
      const lines = comment("Destroys data: the values of the column.");
      if (mayBe === undefined || direction === "down") return lines;
      return [...lines, ...renameInstead(mayBe, "adds", { kind: "renameColumn", table, from: column.name, to: mayBe })];
    }
    case "createTable": {
      if (direction === "down") return comment("Recreates the table without its rows.");
      const { table: { schema, name }, mayBe } = operation;
      if (!mayBe) return [];
      const to: ObjectName = { schema, name };
      return [
        ...comment(`${fullName(mayBe)}, which is kept, may be this table.`),
        ...renameInstead(fullName(to), "creates", { kind: "renameTable", from: mayBe, to }),
      ];
    }
    case "addColumn": {
      const { nullable, default: made, identity, generated } = operation.column;
      if (generated !== undefined) return [];
      const back = direction === "down" ? ["Recreates the column without its values."] : [];
      const fails = nullable || identity || made !== null
        ? []
        : ["Fails if the table has rows: the column is NOT NULL and has no default."];
      return back.length + fails.length > 0 ? comment([...back, ...fails].join(" ")) : [];
    }
    case "addExpression":
      return comment("Destroys data: replaces the values of the column.");
    case "setNotNull":
      return comment("Fails if a row contains NULL in this column.");
    case "alterType":
      return conversion(operation.from, operation.to).isSafe ? [] : comment(
        `Fails for values that cannot be converted to ${sqlType(operation.to)}; may truncate or round others.`,
      );
    default:
      return [];
  }
}

/**
 * Suggests a rename instead of a drop.
 *
 * @param verb verb of the statement to remove: "adds" or "creates"
 */
function renameInstead(name: string, verb: string, rename: Operation): string[] {
  return [
    ...comment(
      `To rename it to ${name}: use this statement, reverse it in down(), and remove the one that ${verb} ${name}.`,
    ),
    ...statement(rename).map((line) => `// ${line}`),
  ];
}
