/**
 * Schema of a database as plain data, read from the catalogs, so that models and database can be compared as values.
 *
 * @module
 */
import type { Deferrable, ReferentialAction } from "../schema/columns.ts";

/** The tables and types of some schemas of a database. */
export interface DatabaseSchema {
  /** The named schemas that exist. */
  readonly schemas: readonly string[];
  readonly enums: readonly EnumSchema[];
  /** Ordinary tables. */
  readonly tables: readonly TableSchema[];
  /** Objects that models cannot describe. They are ignored, except parts of tables that the models name. */
  readonly unmodelled: readonly UnmodelledObject[];
  /** Names of other relations, such as views, which a new table cannot use. */
  readonly taken: readonly ObjectName[];
  /** Objects of the main schema that comparators compare (default: none). */
  readonly objects?: readonly ObjectSchema[];
}

/** An object that a comparator compares. */
export interface ObjectSchema {
  /** Kind that the comparator gives. */
  readonly kind: string;
  readonly name: string;
  readonly create: string;
  readonly drop: string;
  /** What is compared: the statement of the server that creates it, without the names of the schemas. */
  readonly definition: string;
  /** As `pg_describe_object()` returns it. */
  readonly description: string;
  /** Descriptions of what depends directly on it. */
  readonly dependents: readonly string[];
  /** Descriptions of what depends on it, and no comparator knows: it can be neither dropped nor changed. */
  readonly strangers?: readonly string[];
  /** What of tables and types it stands on. */
  readonly uses?: readonly ObjectUse[];
}

/** A table, a part of one, or an enum on which an object stands. */
export interface ObjectUse {
  readonly table?: ObjectName;
  readonly column?: string;
  /** A column of the object has the row type of the table. */
  readonly isRow?: true;
  /** Key or index. */
  readonly part?: string;
  /** Enum. */
  readonly type?: string;
}

/** An object that models cannot describe. */
export interface UnmodelledObject {
  /** For example `view`, `domain`, `partitioned table`, `trigger`. */
  readonly kind: string;
  /** Qualified name: `films.title`, `active_customers`. */
  readonly name: string;
  /** Feature that models cannot describe, unless `kind` implies it. */
  readonly reason?: string;
  /** Set for a part of a table that models can name, and then describe. */
  readonly part?: { readonly table: ObjectName; readonly kind: PartKind; readonly part: TablePart };
}

/** Object that may have a feature that models cannot describe. */
export interface Describable {
  /** Reason to ignore the object: it is neither changed nor dropped. */
  readonly leftAlone?: string;
}

/** An object outside of the compared parts that depends on a table, column, key or index. */
export interface Dependent {
  readonly kind: DependentKind;
  /** As the server describes it: `view long_films`, `policy own_rows on table heroes`. */
  readonly name: string;
  /** Column of the same table whose value is generated from this one. */
  readonly generated?: string;
}

/** The kind of a {@linkcode Dependent}; `column`: one of another relation whose type is the row type of the table. */
export type DependentKind =
  | "view"
  | "rule"
  | "generated column"
  | "default"
  | "foreign key"
  | "constraint"
  | "policy"
  | "trigger"
  | "routine"
  | "publication"
  | "statistics"
  | "column"
  | "type"
  | "other";

/** The name of a table or type. */
export interface ObjectName {
  /** `undefined` for the schema in which the migrations run. */
  readonly schema?: string;
  readonly name: string;
}

/** An enum type. */
export interface EnumSchema extends ObjectName, Describable {
  readonly values: readonly string[];
}

/** A table. If `leftAlone` is set, it is not dropped, but still compared. */
export interface TableSchema extends ObjectName, Describable {
  readonly comment: string | null;
  readonly columns: readonly ColumnSchema[];
  readonly primaryKey: KeySchema | null;
  readonly uniques: readonly KeySchema[];
  readonly checks: readonly CheckSchema[];
  readonly foreignKeys: readonly ForeignKeySchema[];
  readonly indexes: readonly IndexSchema[];
  /** Constraints of other kinds. */
  readonly others: readonly OtherSchema[];
  /** Objects of elsewhere that depend on the table, its row type, its columns or its keys. */
  readonly dependents?: readonly Dependent[];
}

/** Kinds of identity columns. */
export type Identity = "always" | "by default";

/** A column, with SQL as PostgreSQL prints it. */
export interface ColumnSchema extends Describable {
  readonly name: string;
  /** Type as printed by `format_type()`: `character varying(50)`, `numeric(10,2)`, `mood[]`. */
  readonly type: string;
  readonly nullable: boolean;
  /** Default expression. */
  readonly default: string | null;
  /** Who numbers the rows of an identity column: the server always, or unless a value is given. */
  readonly identity: Identity | null;
  /** Expression of a generated column, whose values are stored. */
  readonly generated?: string;
  /** Collation, as SQL writes it, if it is not the one of the type. */
  readonly collation?: string;
  /** The default is the next number of a sequence that belongs to the column. */
  readonly isSerial?: true;
  /** The sequence that numbers the rows, if its options are not the usual ones. They are not compared. */
  readonly sequence?: SequenceSchema;
  /** Models say its type only in SQL, by `sqlType()`. */
  readonly isSqlType?: true;
  /** Models cannot describe it even if they name it: it is neither changed nor dropped. */
  readonly isFixed?: true;
  readonly comment: string | null;
  /** Objects that depend on it, or on a sequence that belongs to it. */
  readonly dependents?: readonly Dependent[];
}

/** The sequence of an identity or serial column. */
export interface SequenceSchema {
  readonly name: string;
  /** Options that differ from the usual ones, in SQL: `INCREMENT BY 5`. */
  readonly options: readonly string[];
}

/** A constraint or index. */
export interface PartSchema extends Describable {
  readonly name: string;
  /**
   * Definition in the server's own words, if the other fields do not say everything: as `pg_get_constraintdef()` prints
   * it, or `pg_get_indexdef()` from the method on.
   */
  readonly definition?: string;
  /** Set in the schema of models if they do not give the name of a key: any name matches. */
  readonly anyName?: true;
  /** Columns of its table, as the server knows them: also included ones, and those in expressions and conditions. */
  readonly uses: readonly string[];
  /** Objects that depend on it. */
  readonly dependents?: readonly Dependent[];
}

/** A primary key or a unique constraint. */
export interface KeySchema extends PartSchema {
  readonly columns: readonly string[];
  /** Missing if it is not deferrable. */
  readonly deferrable?: Deferrable;
}

/** A check constraint. */
export interface CheckSchema extends PartSchema {
  readonly expression: string;
}

/** A foreign key. */
export interface ForeignKeySchema extends KeySchema {
  readonly to: ObjectName;
  readonly referred: readonly string[];
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
}

/** An index that does not belong to a constraint. */
export interface IndexSchema extends PartSchema {
  readonly unique: boolean;
  /** `btree`, `gin`, … */
  readonly method: string;
  /** Columns and expressions as printed by `pg_get_indexdef()`. */
  readonly keys: readonly string[];
  /** The condition of a partial index. */
  readonly where: string | null;
}

/** A constraint that only its definition says, such as an exclusion constraint. */
export interface OtherSchema extends PartSchema {
  readonly definition: string;
}

/** Text of an object that models cannot describe: `index films.ix_title: with an operator class`. */
export function unmodelledLine({ kind, name, reason }: UnmodelledObject): string {
  return `${kind} ${name}${reason === undefined ? "" : `: ${reason}`}`;
}

/** Type with its collation. */
export function typeOf({ type, collation }: ColumnSchema): string {
  return collation === undefined ? type : `${type} COLLATE ${collation}`;
}

/** Whether a column is dropped and added again: no server before PostgreSQL 17 changes an expression. */
export function isRebuilt(from: ColumnSchema, to: ColumnSchema): boolean {
  return from.generated !== to.generated || to.generated !== undefined && typeOf(from) !== typeOf(to);
}

/** Unquoted name with its schema: `shop.toys`. */
export function fullName({ schema, name }: ObjectName): string {
  return schema === undefined ? name : `${schema}.${name}`;
}

/** The name as a key of maps. */
export function nameKey({ schema, name }: ObjectName): string {
  return JSON.stringify([schema ?? null, name]);
}

/** Whether two names denote the same object. */
export function isSameName(one: ObjectName, other: ObjectName): boolean {
  return one.name === other.name && one.schema === other.schema;
}

/** A part of a table. */
export type TablePart = ColumnSchema | KeySchema | CheckSchema | ForeignKeySchema | IndexSchema | OtherSchema;

/** Names of the parts in {@linkcode TableSchema}. */
type PartList = Exclude<keyof TableSchema, keyof ObjectName | keyof Describable | "comment" | "dependents">;

/** The kind of the parts in each list; a list that is missing here does not compile. */
const PART_KINDS = {
  columns: "column",
  primaryKey: "primaryKey",
  uniques: "unique",
  checks: "check",
  foreignKeys: "foreignKey",
  indexes: "index",
  others: "constraint",
} as const satisfies Record<PartList, string>;

/** The kind of a part of a table. */
export type PartKind = (typeof PART_KINDS)[PartList];

/**
 * Returns the parts of a table.
 *
 * @param kind kind of the parts (default: all)
 */
export function partsOf(table: TableSchema, kind?: PartKind): TablePart[] {
  return (Object.keys(PART_KINDS) as PartList[]).flatMap((list): readonly TablePart[] =>
    table[list] === null || kind !== undefined && PART_KINDS[list] !== kind ? [] : [table[list]].flat()
  );
}

/**
 * Changes the parts of a table.
 *
 * @param change returns the new part, or `undefined` to remove it
 * @returns a copy of the table
 */
export function mapParts(
  table: TableSchema,
  change: <Part extends TablePart>(part: Part, kind: PartKind) => Part | undefined,
): TableSchema {
  const changed = Object.entries(PART_KINDS).map(([list, kind]) => {
    const parts = table[list as PartList];
    if (!Array.isArray(parts)) return [list, parts && (change(parts as KeySchema, kind) ?? null)];
    return [list, parts.flatMap((part: TablePart) => change(part, kind) ?? [])];
  });
  return { ...table, ...Object.fromEntries(changed) };
}
