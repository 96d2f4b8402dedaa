/** Matches the constraints and indexes of a table. @module */
import type {
  CheckSchema,
  ForeignKeySchema,
  IndexSchema,
  KeySchema,
  OtherSchema,
  PartSchema,
  TableSchema,
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
  const parts = <Part extends PartSchema>(one: readonly Part[], other: readonly Part[], isOnlyOne = false) =>
    match(one, other.filter((part) => !standsOn(part, refused)), { isFixed, isHeld, isOnlyOne });
  const keys = ({ primaryKey }: TableSchema) => primaryKey ? [primaryKey] : [];
  return {
    primaryKey: parts(keys(live), keys(wanted), true),
    unique: parts(live.uniques, wanted.uniques),
    check: parts(live.checks, wanted.checks),
    foreignKey: parts(live.foreignKeys, wanted.foreignKeys),
    index: parts(live.indexes, wanted.indexes),
    constraint: parts(live.others, wanted.others),
  };
}

/** Whether a part uses one of these columns. */
export function standsOn({ uses }: PartSchema, columns: ReadonlySet<string>): boolean {
  return uses.some((name) => columns.has(name));
}
