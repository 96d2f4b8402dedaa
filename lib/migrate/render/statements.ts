/** Renders an operation as statements. @module */
import { literal, quote } from "../../base/quote.ts";
import { shortened } from "../../base/naming.ts";
import { fullName, type ObjectName } from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import { builderStatement, call, list, sqlStatement, template, text } from "./source.ts";
import {
  addColumn,
  addDefined,
  addForeignKey,
  createIndex,
  createTable,
  quoteName,
  setComment,
  uniqueArguments,
} from "./tables.ts";
import { conversion, dataType, sqlType } from "./types.ts";

/** Lines of TypeScript code that run an operation. */
export function statement(operation: Operation): string[] {
  const inTable = () => "table" in operation ? call("alterTable", text(fullName(operation.table))) : call("");
  const alterColumn = (column: string, action: string) =>
    builderStatement([inTable(), call("alterColumn", text(column), `(column) => column.${action}`)]);
  const dropConstraint = (name: string) => builderStatement([inTable(), call("dropConstraint", text(name))]);
  switch (operation.kind) {
    case "createSchema":
    case "dropSchema":
      return builderStatement([call(operation.kind, text(operation.schema))]);
    case "createEnum": {
      const { name, values } = operation.type;
      if (!name.includes(".")) return builderStatement([call("createType", text(name)), call("asEnum", list(values))]);
      // the builder of Kysely would read a schema before the dot
      return sqlStatement(`CREATE TYPE ${quote(name)} AS ENUM (${values.map(literal).join(", ")})`);
    }
    case "dropEnum": {
      const { name } = operation.type;
      if (!name.includes(".")) return builderStatement([call("dropType", text(name))]);
      return sqlStatement(`DROP TYPE ${quote(name)}`);
    }
    case "renameEnum":
      return sqlStatement(`ALTER TYPE ${quote(operation.from)} RENAME TO ${quote(operation.to)}`);
    case "addEnumValue": {
      const { type, value, after, before } = operation;
      const place = after !== undefined
        ? `AFTER ${literal(after)}`
        : before !== undefined
        ? `BEFORE ${literal(before)}`
        : "";
      return sqlStatement(`ALTER TYPE ${quote(type)} ADD VALUE ${literal(value)} ${place}`.trimEnd());
    }
    case "createTable":
      return createTable(operation.table);
    case "dropTable":
      return builderStatement([call("dropTable", text(fullName(operation.table)))]);
    case "renameTable":
      return builderStatement([
        call("alterTable", text(fullName(operation.from))),
        call("renameTo", text(operation.to.name)),
      ]);
    case "addColumn":
      return addColumn(operation.table, operation.column);
    case "dropColumn":
      return builderStatement([inTable(), call("dropColumn", text(operation.column.name))]);
    case "renameColumn":
      return builderStatement([inTable(), call("renameColumn", text(operation.from), text(operation.to))]);
    case "alterType": {
      const { table, column, from, to } = operation;
      if (!conversion(from, to).needsText) return alterColumn(column, `setDataType(${dataType(to)})`);
      const [name, type] = [quote(column), sqlType(to)];
      return sqlStatement(
        `ALTER TABLE ${quoteName(table)} ALTER COLUMN ${name} TYPE ${type} USING ${name}::text::${type}`,
      );
    }
    case "setNotNull":
    case "dropNotNull":
      return alterColumn(operation.column, `${operation.kind}()`);
    case "setDefault":
      return alterColumn(operation.column, `setDefault(${template(operation.default)})`);
    case "changeDefault":
      return alterColumn(operation.column, `setDefault(${template(operation.to)})`);
    case "dropDefault":
      return alterColumn(operation.column, "dropDefault()");
    case "addIdentity": {
      const [table, column] = [quoteName(operation.table), quote(operation.column)];
      const generatedWhen = operation.identity.toUpperCase();
      return [
        ...sqlStatement(`ALTER TABLE ${table} ALTER COLUMN ${column} ADD GENERATED ${generatedWhen} AS IDENTITY`),
        ...sqlStatement(
          `SELECT setval(pg_get_serial_sequence(${literal(table)}, ${literal(operation.column)}), ` +
            `coalesce(max(${column}), 0) + 1, false) FROM ${table}`,
        ),
      ];
    }
    case "dropIdentity":
      return sqlStatement(
        `ALTER TABLE ${quoteName(operation.table)} ALTER COLUMN ${quote(operation.column)} DROP IDENTITY`,
      );
    case "changeIdentity":
      return sqlStatement(
        `ALTER TABLE ${quoteName(operation.table)} ALTER COLUMN ${quote(operation.column)} ` +
          `SET GENERATED ${operation.to.toUpperCase()}`,
      );
    case "addSerial":
      return addSerial(operation);
    case "dropSerial":
      return [
        ...alterColumn(operation.column, "dropDefault()"),
        ...sqlStatement(`DROP SEQUENCE IF EXISTS ${quoteName(sequenceOf(operation))}`),
      ];
    case "addExpression":
      return [
        ...builderStatement([inTable(), call("dropColumn", text(operation.column.name))]),
        ...addColumn(operation.table, operation.column),
      ];
    case "dropExpression":
      return sqlStatement(
        `ALTER TABLE ${quoteName(operation.table)} ALTER COLUMN ${quote(operation.column.name)} DROP EXPRESSION`,
      );
    case "addPrimaryKey":
    case "addUnique": {
      const { name, definition } = operation.key;
      if (definition !== undefined) return addDefined(operation.table, { name, definition });
      return builderStatement([inTable(), call(`${operation.kind}Constraint`, ...uniqueArguments(operation.key))]);
    }
    case "addCheck": {
      const { name, expression, definition } = operation.check;
      if (definition !== undefined) return addDefined(operation.table, { name, definition });
      return builderStatement([inTable(), call("addCheckConstraint", text(name), template(expression))]);
    }
    case "addConstraint":
      return addDefined(operation.table, operation.constraint);
    case "dropConstraint":
      return dropConstraint(operation.constraint.name);
    case "addForeignKey":
      return addForeignKey(operation.table, operation.key);
    case "dropPrimaryKey":
    case "dropUnique":
    case "dropForeignKey":
      return dropConstraint(operation.key.name);
    case "dropCheck":
      return dropConstraint(operation.check.name);
    case "renameConstraint":
      return builderStatement([inTable(), call("renameConstraint", text(operation.from), text(operation.to))]);
    case "createIndex":
      return createIndex(operation.table, operation.index);
    case "dropIndex": {
      const { schema } = operation.table;
      const within = schema === undefined ? [] : [call("withSchema", text(schema))];
      return builderStatement([...within, call("dropIndex", text(operation.index.name))]);
    }
    case "renameIndex": {
      const { table: { schema }, from, to } = operation;
      return sqlStatement(`ALTER INDEX ${quoteName({ schema, name: from })} RENAME TO ${quote(to)}`);
    }
    case "createObject":
      return sqlStatement(operation.object.create);
    case "dropObject":
      return sqlStatement(operation.object.drop);
    case "setComment":
      return setComment(operation.table, operation.column, operation.to);
  }
}

/** A column with a sequence. */
interface SerialColumn {
  readonly table: ObjectName;
  readonly column: string;
  readonly type: string;
}

/** Makes a sequence that continues after the values of a column. */
function addSerial({ table, column, type }: SerialColumn): string[] {
  const [sequence, own] = [quoteName(sequenceOf({ table, column })), quote(column)];
  return [
    ...sqlStatement(`CREATE SEQUENCE IF NOT EXISTS ${sequence} AS ${type} OWNED BY ${quoteName(table)}.${own}`),
    ...sqlStatement(
      `ALTER TABLE ${quoteName(table)} ALTER COLUMN ${own} SET DEFAULT nextval(${literal(sequence)}::regclass)`,
    ),
    ...sqlStatement(
      `SELECT setval(${literal(sequence)}::regclass, coalesce(max(${own}), 0) + 1, false) FROM ${quoteName(table)}`,
    ),
  ];
}

function sequenceOf({ table, column }: Pick<SerialColumn, "table" | "column">): ObjectName {
  return { schema: table.schema, name: shortened(`${table.name}_${column}_seq`) };
}
