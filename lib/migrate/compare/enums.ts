/** Compares enum types. @module */
import { quote } from "../../base/quote.ts";
import type { DatabaseSchema, EnumSchema, PartSchema } from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import { escapeForRegExp } from "./text.ts";

/** Differences between enum types. */
export interface EnumChanges {
  readonly operations: readonly Operation[];
  /** Types to recreate; `to` is the temporary name of the old type. */
  readonly replaced: readonly { readonly from: EnumSchema; readonly to: string }[];
  /** Types that the models do not contain. */
  readonly removed: readonly EnumSchema[];
  readonly notes: readonly string[];
}

/**
 * Compares enum types. Adds new values. Recreates a type whose values were removed or reordered: PostgreSQL supports
 * neither.
 */
export function compareEnums(live: DatabaseSchema, wanted: DatabaseSchema): EnumChanges {
  const operations: Operation[] = [];
  const replaced: { from: EnumSchema; to: string }[] = [];
  const notes: string[] = [];
  for (const type of wanted.enums) {
    const there = live.enums.find(({ name }) => name === type.name);
    if (!there) operations.push({ kind: "createEnum", type });
    else if (String(there.values) === String(type.values)) continue;
    else if (isSubsequence(there.values, type.values)) operations.push(...addedValues(there, type));
    else if (there.leftAlone !== undefined) {
      notes.push(
        `Values of the enum ${type.name} were removed or reordered, but it is ${there.leftAlone}. Change it by hand.`,
      );
    } else {
      const old = unusedName(`${type.name}_old`, [...live.enums, ...wanted.enums, ...live.taken, ...live.tables]);
      replaced.push({ from: there, to: old });
      operations.push({ kind: "renameEnum", from: type.name, to: old }, { kind: "createEnum", type });
    }
  }
  const removed = live.enums.filter(({ name, leftAlone }) =>
    leftAlone === undefined && !wanted.enums.some((type) => type.name === name)
  );
  return { operations, replaced, removed, notes };
}

/** The schema after the replaced types were renamed, in SQL expressions too. */
export function withRenamedEnums(live: DatabaseSchema, replaced: EnumChanges["replaced"]): DatabaseSchema {
  return replaced.reduce((schema, { from, to }) => {
    const pattern = new RegExp(`^${escapeForRegExp(quote(from.name))}(?=(\\[\\])*$)`);
    const cast = new RegExp(`::${escapeForRegExp(quote(from.name))}(?![\\w.])`, "g");
    const inSql = <Text extends string | null>(sql: Text) =>
      (sql === null ? null : sql.replace(cast, () => `::${quote(to)}`)) as Text;
    const inDefinition = <Part extends PartSchema>(part: Part): Part =>
      part.definition === undefined ? part : { ...part, definition: inSql(part.definition) };
    return {
      ...schema,
      enums: schema.enums.map((type) => type.name === from.name ? { ...type, name: to } : type),
      tables: schema.tables.map((table) => ({
        ...table,
        columns: table.columns.map((column) => ({
          ...column,
          type: column.type.replace(pattern, () => quote(to)),
          default: inSql(column.default),
        })),
        checks: table.checks.map((check) => inDefinition({ ...check, expression: inSql(check.expression) })),
        indexes: table.indexes.map((index) =>
          inDefinition({ ...index, keys: index.keys.map(inSql), where: inSql(index.where) })
        ),
        others: table.others.map(inDefinition),
      })),
    };
  }, live);
}

/** Whether a column has this enum type, or is an array of it. */
export function isOfEnum(column: { readonly type: string }, { name }: EnumSchema): boolean {
  return column.type.replace(/(\[\])+$/, "") === quote(name);
}

function addedValues(there: EnumSchema, type: EnumSchema): Operation[] {
  return type.values.flatMap((value, index): Operation[] => {
    if (there.values.includes(value)) return [];
    const place = index > 0 ? { after: type.values[index - 1] } : { before: there.values[0] };
    return [{ kind: "addEnumValue", type: type.name, value, ...place }];
  });
}

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  return String(whole.filter((value) => part.includes(value))) === String(part);
}

function unusedName(wish: string, others: readonly { readonly name: string }[]): string {
  return others.some(({ name }) => name === wish) ? unusedName(`${wish}_`, others) : wish;
}
