/** What stands above a statement that destroys data, or that may fail on the rows there are. @module */
import { fullName } from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import { comment } from "./source.ts";
import { statement } from "./statements.ts";
import { conversion, sqlType } from "./types.ts";

/** The lines of a comment, or none. */
export function warning(operation: Operation, direction: "up" | "down"): string[] {
  switch (operation.kind) {
    case "dropTable": {
      const { table, mayBe } = operation;
      const lines = comment("Destroys data: the table with its rows.");
      if (!mayBe || direction === "down") return lines;
      return [...lines, ...renameInstead(fullName(mayBe), "creates", { kind: "renameTable", from: table, to: mayBe })];
    }
    case "dropColumn": {
      const { table, column, mayBe } = operation;
      const lines = comment("Destroys data: what the column holds.");
      if (mayBe === undefined || direction === "down") return lines;
      return [...lines, ...renameInstead(mayBe, "adds", { kind: "renameColumn", table, from: column.name, to: mayBe })];
    }
    case "createTable":
      return direction === "down" ? comment("The table comes back without its rows.") : [];
    case "addColumn": {
      const { nullable, default: made, identity } = operation.column;
      const back = direction === "down" ? ["What the column held does not come back."] : [];
      const fails = nullable || identity || made !== null
        ? []
        : ["Fails while the table has rows: they have no value."];
      return back.length + fails.length > 0 ? comment([...back, ...fails].join(" ")) : [];
    }
    case "setNotNull":
      return comment("Fails while a row has NULL.");
    case "alterType":
      return conversion(operation.from, operation.to).isSafe
        ? []
        : comment(`Fails for a value that is none of ${sqlType(operation.to)}, and may cut or round others.`);
    default:
      return [];
  }
}

/** The rename that may be meant, ready to be used. @param verb what the statement does that is then left out. */
function renameInstead(name: string, verb: string, rename: Operation): string[] {
  return [
    ...comment(`If ${name} is its new name: rename it here, back in down(), and leave out what ${verb} ${name}.`),
    ...statement(rename).map((line) => `// ${line}`),
  ];
}
