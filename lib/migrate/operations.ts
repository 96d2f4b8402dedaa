/**
 * Operations of a migration as data: found by comparing, rendered into a revision.
 *
 * @module
 */
import { literal } from "../base/quote.ts";
import {
  type CheckSchema,
  type ColumnSchema,
  type EnumSchema,
  type ForeignKeySchema,
  fullName,
  type Identity,
  type IndexSchema,
  type KeySchema,
  type ObjectName,
  type ObjectSchema,
  type OtherSchema,
  type SequenceSchema,
  type TableSchema,
} from "./database_schema.ts";

/** A column in its table. */
interface OfColumn {
  readonly table: ObjectName;
  readonly column: string;
}

/** A change of a schema. */
export type Operation =
  | { readonly kind: "createSchema" | "dropSchema"; readonly schema: string }
  | { readonly kind: "createEnum" | "dropEnum"; readonly type: EnumSchema }
  | { readonly kind: "renameEnum"; readonly from: string; readonly to: string }
  /** Adds a value after `after` or before `before`. Has no inverse. */
  | {
    readonly kind: "addEnumValue";
    readonly type: string;
    readonly value: string;
    readonly after?: string;
    readonly before?: string;
  }
  /**
   * Includes indexes and comments. `mayBe`, if this may be a rename: the new name of a dropped table, the old name of a
   * created one whose table is kept.
   */
  | { readonly kind: "createTable" | "dropTable"; readonly table: TableSchema; readonly mayBe?: ObjectName }
  | { readonly kind: "renameTable"; readonly from: ObjectName; readonly to: ObjectName }
  /** Includes the comment. `mayBe`: new name, if this may be a rename. */
  | {
    readonly kind: "addColumn" | "dropColumn";
    readonly table: ObjectName;
    readonly column: ColumnSchema;
    readonly mayBe?: string;
  }
  | { readonly kind: "renameColumn"; readonly table: ObjectName; readonly from: string; readonly to: string }
  | OfColumn & { readonly kind: "alterType"; readonly from: string; readonly to: string }
  | OfColumn & { readonly kind: "setNotNull" | "dropNotNull" }
  | OfColumn & { readonly kind: "setDefault" | "dropDefault"; readonly default: string }
  | OfColumn & { readonly kind: "changeDefault"; readonly from: string; readonly to: string }
  | OfColumn & {
    readonly kind: "addIdentity" | "dropIdentity";
    readonly identity: Identity;
    readonly sequence?: SequenceSchema;
  }
  | OfColumn & { readonly kind: "changeIdentity"; readonly from: Identity; readonly to: Identity }
  /** A sequence that belongs to a column and numbers it. */
  | OfColumn & {
    readonly kind: "addSerial" | "dropSerial";
    readonly type: string;
    readonly sequence?: SequenceSchema;
  }
  /** Generates the values of a column, which is dropped and added again; or keeps them, no longer generated. */
  | { readonly kind: "addExpression" | "dropExpression"; readonly table: ObjectName; readonly column: ColumnSchema }
  | { readonly kind: "addPrimaryKey" | "dropPrimaryKey"; readonly table: ObjectName; readonly key: KeySchema }
  | { readonly kind: "addUnique" | "dropUnique"; readonly table: ObjectName; readonly key: KeySchema }
  | { readonly kind: "addCheck" | "dropCheck"; readonly table: ObjectName; readonly check: CheckSchema }
  | { readonly kind: "addForeignKey" | "dropForeignKey"; readonly table: ObjectName; readonly key: ForeignKeySchema }
  | { readonly kind: "addConstraint" | "dropConstraint"; readonly table: ObjectName; readonly constraint: OtherSchema }
  | { readonly kind: "renameConstraint"; readonly table: ObjectName; readonly from: string; readonly to: string }
  | { readonly kind: "createIndex" | "dropIndex"; readonly table: ObjectName; readonly index: IndexSchema }
  | { readonly kind: "renameIndex"; readonly table: ObjectName; readonly from: string; readonly to: string }
  /** An object of a comparator. */
  | { readonly kind: "createObject" | "dropObject"; readonly object: ObjectSchema }
  /** Comment of a column, or of the table if `column` is not set. */
  | {
    readonly kind: "setComment";
    readonly table: ObjectName;
    readonly column?: string;
    readonly from: string | null;
    readonly to: string | null;
  };

const OPPOSITE = {
  createSchema: "dropSchema",
  dropSchema: "createSchema",
  createEnum: "dropEnum",
  dropEnum: "createEnum",
  createTable: "dropTable",
  dropTable: "createTable",
  addColumn: "dropColumn",
  dropColumn: "addColumn",
  setNotNull: "dropNotNull",
  dropNotNull: "setNotNull",
  setDefault: "dropDefault",
  dropDefault: "setDefault",
  addIdentity: "dropIdentity",
  dropIdentity: "addIdentity",
  addExpression: "dropExpression",
  dropExpression: "addExpression",
  addSerial: "dropSerial",
  dropSerial: "addSerial",
  addPrimaryKey: "dropPrimaryKey",
  dropPrimaryKey: "addPrimaryKey",
  addUnique: "dropUnique",
  dropUnique: "addUnique",
  addCheck: "dropCheck",
  dropCheck: "addCheck",
  addForeignKey: "dropForeignKey",
  dropForeignKey: "addForeignKey",
  addConstraint: "dropConstraint",
  dropConstraint: "addConstraint",
  createIndex: "dropIndex",
  dropIndex: "createIndex",
  createObject: "dropObject",
  dropObject: "createObject",
} as const;

/** Returns the inverse of an operation; `undefined` if there is none. It does not restore dropped rows. */
export function inverse(operation: Operation): Operation | undefined {
  if (operation.kind === "addEnumValue") return undefined;
  if ("from" in operation) return { ...operation, from: operation.to, to: operation.from } as Operation;
  return { ...operation, kind: OPPOSITE[operation.kind] } as Operation;
}

/** Describes an operation in a line: `add column heroes.app_src (text)`. */
export function describe(operation: Operation): string {
  return description(operation).replaceAll("\r", "\\r").replaceAll("\n", "\\n");
}

function description(operation: Operation): string {
  const words = operation.kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  switch (operation.kind) {
    case "createSchema":
    case "dropSchema":
      return `${words} ${operation.schema}`;
    case "createEnum":
    case "dropEnum":
      return `${words} ${operation.type.name} (${operation.type.values.map(valueText).join(", ")})`;
    case "renameEnum":
      return `${words} ${operation.from} to ${operation.to}`;
    case "addEnumValue":
      return `add value ${valueText(operation.value)} to enum ${operation.type}`;
    case "createTable":
    case "dropTable":
      return `${words} ${fullName(operation.table)}`;
    case "renameTable":
      return `${words} ${fullName(operation.from)} to ${operation.to.name}`;
    case "addColumn":
    case "dropColumn":
      return `${words} ${fullName(operation.table)}.${operation.column.name} (${operation.column.type})`;
    case "alterType":
      return `change type of ${nameOfColumn(operation)} from ${operation.from} to ${operation.to}`;
    case "setNotNull":
      return `set not null on ${nameOfColumn(operation)}`;
    case "dropNotNull":
      return `drop not null on ${nameOfColumn(operation)}`;
    case "setDefault":
    case "dropDefault":
      return `${words} ${operation.default} of ${nameOfColumn(operation)}`;
    case "changeDefault":
      return `change default of ${nameOfColumn(operation)} from ${operation.from} to ${operation.to}`;
    case "addIdentity":
    case "dropIdentity":
    case "addSerial":
    case "dropSerial":
      return `${words} of ${nameOfColumn(operation)}`;
    case "changeIdentity":
      return `change identity of ${nameOfColumn(operation)} from ${operation.from} to ${operation.to}`;
    case "addExpression":
    case "dropExpression":
      return `${words} ${operation.column.generated} of ${fullName(operation.table)}.${operation.column.name}`;
    case "addPrimaryKey":
    case "dropPrimaryKey":
    case "addUnique":
    case "dropUnique":
    case "addForeignKey":
    case "dropForeignKey":
      return `${words} ${operation.key.name} of ${fullName(operation.table)}`;
    case "addCheck":
    case "dropCheck":
      return `${words} ${operation.check.name} of ${fullName(operation.table)}`;
    case "addConstraint":
    case "dropConstraint":
      return `${words} ${operation.constraint.name} of ${fullName(operation.table)}`;
    case "createIndex":
    case "dropIndex":
      return `${words} ${operation.index.name} of ${fullName(operation.table)}`;
    case "createObject":
    case "dropObject":
      return `${
        operation.kind === "createObject" ? "create" : "drop"
      } ${operation.object.kind} ${operation.object.name}`;
    case "renameColumn":
      return `${words} ${fullName(operation.table)}.${operation.from} to ${operation.to}`;
    case "renameConstraint":
    case "renameIndex":
      return `${words} ${operation.from} of ${fullName(operation.table)} to ${operation.to}`;
    case "setComment":
      return `${operation.to === null ? "drop" : operation.from === null ? "add" : "change"} comment of ${
        nameOfColumn(operation)
      }`;
  }
}

/** A value of an enum; quoted if it could be read as several, or as none. */
function valueText(value: string): string {
  return /^[^\s,'()]+(?: [^\s,'()]+)*$/.test(value) ? value : literal(value);
}

function nameOfColumn({ table, column }: { readonly table: ObjectName; readonly column?: string }): string {
  return column === undefined ? fullName(table) : `${fullName(table)}.${column}`;
}
