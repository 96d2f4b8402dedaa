/** Compares enum types. @module */
import { quote } from "../../base/quote.ts";
import { isSameList } from "../../base/same_list.ts";
import type { DatabaseSchema, EnumSchema, PartSchema } from "../database_schema.ts";
import type { Operation } from "../operations.ts";
import { unusedName } from "./free_names.ts";
import { nameIn, withTypeName } from "./text.ts";

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
    else if (isSameList(there.values, type.values)) continue;
    else if (isSubsequence(there.values, type.values)) operations.push(...addedValues(there, type));
    else if (there.leftAlone !== undefined) {
      notes.push(
        `Values of the enum ${type.name} were removed or reordered, but it is ${there.leftAlone}. Change it by hand.`,
      );
    } else {
      const used = [...live.enums, ...wanted.enums, ...live.taken, ...live.tables].map(({ name }) => name);
      const old = unusedName(`${type.name}_old`, new Set(used));
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
    const inSql = <Text extends string | null>(sql: Text) =>
      (sql === null ? null : withTypeName(sql, from.name, to)) as Text;
    const inDefinition = <Part extends PartSchema>(part: Part): Part =>
      part.definition === undefined ? part : { ...part, definition: inSql(part.definition) };
    return {
      ...schema,
      enums: schema.enums.map((type) => type.name === from.name ? { ...type, name: to } : type),
      tables: schema.tables.map((table) => ({
        ...table,
        columns: table.columns.map((column) => ({
          ...column,
          type: isOfEnum(column, from) ? column.type.replace(WITHOUT_DIMENSIONS, () => quote(to)) : column.type,
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

/** A type without the `[]` of arrays. */
const WITHOUT_DIMENSIONS = /^.*?(?=(\[\])*$)/s;

/** Whether a column has this enum type, or is an array of it. */
export function isOfEnum(column: { readonly type: string }, { name }: EnumSchema): boolean {
  return nameIn(WITHOUT_DIMENSIONS.exec(column.type)![0]) === name;
}

function addedValues(there: EnumSchema, type: EnumSchema): Operation[] {
  return type.values.flatMap((value, index): Operation[] => {
    if (there.values.includes(value)) return [];
    const place = index > 0 ? { after: type.values[index - 1] } : { before: there.values[0] };
    return [{ kind: "addEnumValue", type: type.name, value, ...place }];
  });
}

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  return isSameList(whole.filter((value) => part.includes(value)), part);
}
