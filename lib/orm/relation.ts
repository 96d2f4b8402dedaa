/**
 * Relations as models declare them, and as resolved to foreign keys.
 *
 * @module
 */
import type { Columns, ForeignKey, Table } from "../schema/table.ts";
import { checkRelation } from "./relation_options.ts";

/** Any model, including one with methods. */
export interface AnyModel extends TargetModel {
  /** The relations that the model declares. */
  readonly relations?: Readonly<Record<string, RelationDeclaration>>;
}

/** The model on the other side. Its type omits relations, because models may refer to each other. */
export interface TargetModel {
  /** Constructs an object. */
  new (values: never): object;
  /** The table of the rows. */
  readonly table: Table;
  /** Only types: what a type parameter may be is checked where it is known. */
  // deno-lint-ignore no-explicit-any -- assignable to every mistake
  readonly "(mistake)": any;
}

/** Returns the model on the other side. */
export type RelationTarget<Target extends TargetModel = TargetModel> = () => Target;

/** The direction of a relation. */
export type RelationKind = "many-to-one" | "one-to-many" | "one-to-one" | "many-to-many";

/** Options of every relation. */
export interface RelationOptions {
  /**
   * Loads the relation with every query for objects of the model, and with `get()`: `"selectin"` by one further SELECT,
   * `"joined"` by a join, as `selectinload()` and `joinedload()` do (default: only where a query asks for it).
   */
  readonly load?: "selectin" | "joined";
}

/** Options of a relation by one foreign key. */
export interface KeyedOptions<Key extends string = string> extends RelationOptions {
  /** An attribute of the foreign key that tells it from others between the two tables; required if there are several. */
  readonly foreignKey?: Key;
}

/** Options of a relation whose foreign key is in the other table. */
export interface OwnerOptions<Key extends string = string> extends KeyedOptions<Key> {
  /**
   * `"delete"`: with an object its children are deleted; `"deleteOrphan"`: those that it loses, too. By default their
   * foreign keys become NULL when it is deleted. Where the foreign key has an `onDelete` action, the server does that.
   */
  readonly cascade?: "delete" | "deleteOrphan";
  /** Leaves the children that the session does not know to the server, without a statement for them. */
  readonly passiveDeletes?: boolean;
}

/** Options of a many-to-many relation. */
export interface AssociationOptions<C extends Columns> extends RelationOptions {
  /** The association table. */
  readonly secondary: Table<C>;
  /** An attribute of its foreign key to this table; required if there are several. */
  readonly from?: keyof C & string;
  /** The same of the foreign key to the other table. */
  readonly to?: keyof C & string;
}

/** A relation as a model declares it in `static relations`. */
export interface RelationDeclaration<
  Kind extends RelationKind = RelationKind,
  Target extends TargetModel = TargetModel,
  Key extends string = string,
> extends OwnerOptions<Key> {
  /** The direction of the relation. */
  readonly kind: Kind;
  /** The model on the other side. */
  readonly target: RelationTarget<Target>;
  /** The association table of a many-to-many relation. */
  readonly secondary?: Table;
  /** Of its foreign keys the one to the owner. */
  readonly from?: string;
  /** Of its foreign keys the one to the target. */
  readonly to?: string;
}

/** Declares a relation whose foreign key is in this table: `team: manyToOne(() => Team)`. */
export function manyToOne<Target extends TargetModel, const Key extends string = never>(
  target: RelationTarget<Target>,
  options: KeyedOptions<Key> = {},
): RelationDeclaration<"many-to-one", Target, Key> {
  checkRelation("manyToOne", target, options);
  return { ...options, kind: "many-to-one", target };
}

/** Declares a relation whose foreign key is in the other table: `members: oneToMany(() => User)`. */
export function oneToMany<Target extends TargetModel, const Key extends string = never>(
  target: RelationTarget<Target>,
  options: OwnerOptions<Key> = {},
): RelationDeclaration<"one-to-many", Target, Key> {
  checkRelation("oneToMany", target, options);
  return { ...options, kind: "one-to-many", target };
}

/**
 * Declares a relation to at most one object, whose table has the foreign key, which is unique:
 * `profile: oneToOne(() => Profile)`. The other side is a `manyToOne`.
 */
export function oneToOne<Target extends TargetModel, const Key extends string = never>(
  target: RelationTarget<Target>,
  options: OwnerOptions<Key> = {},
): RelationDeclaration<"one-to-one", Target, Key> {
  checkRelation("oneToOne", target, options);
  return { ...options, kind: "one-to-one", target };
}

/**
 * Declares a relation whose foreign keys are in an association table:
 * `toys: manyToMany(() => Toy, { secondary: userToy })`. Deleting an object deletes its association rows: the server does
 * if these keys have `{ onDelete: "cascade" }`, else the flush.
 *
 * Between a table and itself `from` and `to` name the two keys, and the other end swaps them:
 *
 * ```ts ignore
 * follows: manyToMany(() => User, { secondary: follow, from: "followerId", to: "followedId" }),
 * followers: manyToMany(() => User, { secondary: follow, from: "followedId", to: "followerId" }),
 * ```
 */
export function manyToMany<Target extends TargetModel, C extends Columns>(
  target: RelationTarget<Target>,
  options: AssociationOptions<C>,
): RelationDeclaration<"many-to-many", Target> {
  checkRelation("manyToMany", target, options);
  return { ...options as { secondary: Table }, kind: "many-to-many", target };
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
  /** What happens to children when their parent is deleted; undefined: their foreign keys become NULL. */
  readonly cascade?: OwnerOptions["cascade"];
  /** True if children that the session does not know are left to the server. */
  readonly passiveDeletes?: boolean;
  /** How every query loads it. */
  readonly load?: RelationOptions["load"];
}
