/** Matches the constraints and indexes of a table. @module */
import {
  type CheckSchema,
  type ForeignKeySchema,
  type IndexSchema,
  type KeySchema,
  type OtherSchema,
  type PartKind,
  type PartSchema,
  partsOf,
  type TableSchema,
} from "../database_schema.ts";
import { LEFT_OUT } from "../include_object.ts";
import { match, type Matched } from "./match.ts";

/** Differences between the constraints and indexes of a table, by kind. */
export interface MatchedParts {
  readonly primaryKey: Matched<KeySchema>;
  readonly unique: Matched<KeySchema>;
  readonly check: Matched<CheckSchema>;
  readonly foreignKey: Matched<ForeignKeySchema>;
  readonly index: Matched<IndexSchema>;
  readonly constraint: Matched<OtherSchema>;
}

/** What limits a match. */
export interface Limits {
  /** Columns that stay as they are, with all that stands on them. */
  readonly fixed: ReadonlySet<string>;
  /** New columns that cannot be added, nor what stands on them. */
  readonly refused: ReadonlySet<string>;
  /** Keys and indexes that cannot be dropped, because foreign keys that stay refer to them. */
  readonly held: ReadonlySet<PartSchema>;
}

/** Matches the parts of a table. */
export function matchParts(live: TableSchema, wanted: TableSchema, { fixed, refused, held }: Limits): MatchedParts {
  const isFixed = (part: PartSchema) => standsOn(part, fixed) || part.leftAlone === LEFT_OUT;
  const isHeld = (part: PartSchema) => held.has(part) || part.dependents !== undefined;
  const parts = <Part extends PartSchema>(
    kind: PartKind,
    one: readonly Part[],
    other: readonly Part[],
    isOnlyOne = false,
  ) => {
    const otherNames = namesBeside(kind, wanted);
    return match(one, other.filter((part) => !standsOn(part, refused)), { isFixed, isHeld, otherNames, isOnlyOne });
  };
  const keys = ({ primaryKey }: TableSchema) => primaryKey ? [primaryKey] : [];
  return {
    primaryKey: parts("primaryKey", keys(live), keys(wanted), true),
    unique: parts("unique", live.uniques, wanted.uniques),
    check: parts("check", live.checks, wanted.checks),
    foreignKey: parts("foreignKey", live.foreignKeys, wanted.foreignKeys),
    index: parts("index", live.indexes, wanted.indexes),
    constraint: parts("constraint", live.others, wanted.others),
  };
}

/** Kinds of parts that share names: no two constraints of a table have one, nor have two relations. */
const NAMESPACES: readonly (readonly PartKind[])[] = [
  ["primaryKey", "unique", "check", "foreignKey", "constraint"],
  ["primaryKey", "unique", "constraint", "index"],
];

/** Names of the parts of other kinds that no part of this kind can have. */
function namesBeside(kind: PartKind, table: TableSchema): ReadonlySet<string> {
  const kinds = new Set(NAMESPACES.filter((kinds) => kinds.includes(kind)).flat());
  kinds.delete(kind);
  return new Set([...kinds].flatMap((kind) => partsOf(table, kind)).map(({ name }) => name));
}

/** Whether a part uses one of these columns. */
export function standsOn({ uses }: PartSchema, columns: ReadonlySet<string>): boolean {
  return uses.some((name) => columns.has(name));
}
