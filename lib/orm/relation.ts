/**
 * Relations as models declare them, and as resolved to foreign keys.
 *
 * @module
 */
import { InvalidModelError } from "../schema/errors.ts";
import type { ForeignKey, Table } from "../schema/table.ts";

/** Any model, including one with methods. */
export interface AnyModel {
  /** Constructs an object. */
  new (values: never): object;
  /** The table of the rows. */
  readonly table: Table;
  /** The relations that the model declares. */
  readonly relations?: Readonly<Record<string, RelationDeclaration>>;
}

/** The model on the other side. Its type omits relations, because models may refer to each other. */
export type RelationTarget = () => { new (values: never): object; readonly table: Table };

/** A relation as a model declares it in `static relations`. */
export interface RelationDeclaration {
  /** The direction of the relation. */
  readonly kind: "many-to-one" | "one-to-many" | "many-to-many";
  /** The model on the other side. */
  readonly target: RelationTarget;
  /** The attribute of the foreign key; required if there are several between the two tables. */
  readonly foreignKey?: string;
  /** The association table of a many-to-many relation. */
  readonly secondary?: Table;
}

/** Declares a relation whose foreign key is in this table: `team: manyToOne(() => Team)`. */
export function manyToOne(target: RelationTarget, options: { foreignKey?: string } = {}): RelationDeclaration {
  return { kind: "many-to-one", target, ...options };
}

/** Declares a relation whose foreign key is in the other table: `members: oneToMany(() => User)`. */
export function oneToMany(target: RelationTarget, options: { foreignKey?: string } = {}): RelationDeclaration {
  return { kind: "one-to-many", target, ...options };
}

/**
 * Declares a relation whose foreign keys are in an association table:
 * `toys: manyToMany(() => Toy, { secondary: userToy })`. Declare these keys with `{ onDelete: "cascade" }`, so that
 * deleting a row deletes its association rows.
 */
export function manyToMany(target: RelationTarget, options: { secondary: Table }): RelationDeclaration {
  return { kind: "many-to-many", target, ...options };
}

/** A relation with its foreign keys resolved. */
export interface Relation {
  /** The name. */
  readonly name: string;
  /** The direction of the relation. */
  readonly kind: RelationDeclaration["kind"];
  /** The model that declares the relation. */
  readonly owner: AnyModel;
  /** The model on the other side. */
  readonly target: AnyModel;
  /** The foreign key between the two tables; of a many-to-many relation the one from the association table to the owner. */
  readonly key: ForeignKey;
  /** Of a many-to-many relation the foreign key from the association table to the target. */
  readonly otherKey: ForeignKey | undefined;
}

/**
 * Resolves the foreign keys of a relation.
 *
 * @throws {InvalidModelError} when a foreign key is missing or ambiguous.
 */
export function resolveRelation(owner: AnyModel, name: string, declaration: RelationDeclaration): Relation {
  const { kind, foreignKey, secondary } = declaration;
  const target: AnyModel = declaration.target();
  if (owner.table.columns.some(({ attribute }) => attribute === name)) {
    throw new InvalidModelError(owner.table.name, `"${name}" is both a column and a relation: rename one`);
  }
  const only = (from: Table, to: Table): ForeignKey => {
    const all = from.foreignKeys().filter((key) => key.to === to)
      .filter(({ column }) => foreignKey === undefined || column.attribute === foreignKey);
    const keys = all.filter(isOfOneColumn);
    if (keys.length === 1) return keys[0];
    const [problem, cure] = keys.length > 1
      ? ["there are several foreign keys", "name one with { foreignKey }"]
      : all.length === 0
      ? ["there is no foreign key", "give a column .references()"]
      : ["there is only a foreign key of several columns", "a relation needs one of one column, by .references()"];
    throw new InvalidModelError(
      owner.table.name,
      `for the relation "${name}" ${problem} from "${from.name}" to "${to.name}": ${cure}`,
    );
  };
  if (kind === "many-to-one") {
    return { name, kind, owner, target, key: only(owner.table, target.table), otherKey: undefined };
  }
  if (kind === "one-to-many") {
    return { name, kind, owner, target, key: only(target.table, owner.table), otherKey: undefined };
  }
  // between a table and itself the order of declaration tells the two keys apart
  const [key, otherKey] = owner.table === target.table
    ? secondary!.foreignKeys().filter(isOfOneColumn)
    : [only(secondary!, owner.table), only(secondary!, target.table)];
  return { name, kind, owner, target, key, otherKey };
}

function isOfOneColumn({ columns }: ForeignKey): boolean {
  return columns.length === 1;
}
