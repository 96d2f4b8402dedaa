/**
 * Relations as models declare them, and as resolved to foreign keys.
 *
 * @module
 */
import type { Columns, ForeignKey, Table } from "../schema/table.ts";

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
  /** An attribute of the foreign key that tells it from others between the two tables; required if there are several. */
  readonly foreignKey?: string;
  /** The association table of a many-to-many relation. */
  readonly secondary?: Table;
  /** An attribute of the association table's foreign key to this table; required if there are several. */
  readonly from?: string;
  /** The same of the foreign key to the other table. */
  readonly to?: string;
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
 *
 * Between a table and itself `from` and `to` name the two keys, and the other end swaps them:
 *
 * ```ts ignore
 * follows: manyToMany(() => User, { secondary: follow, from: "followerId", to: "followedId" }),
 * followers: manyToMany(() => User, { secondary: follow, from: "followedId", to: "followerId" }),
 * ```
 */
export function manyToMany<C extends Columns>(
  target: RelationTarget,
  options: { secondary: Table<C>; from?: keyof C & string; to?: keyof C & string },
): RelationDeclaration {
  return { kind: "many-to-many", target, ...options as { secondary: Table } };
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
