/**
 * Relations as models declare them, and the foreign keys that carry them.
 *
 * @module
 */
import { InvalidModelError } from "../schema/errors.ts";
import type { ForeignKey, Table } from "../schema/table.ts";

/** Any model, also one with methods of its own. */
export interface AnyModel {
  new (values: never): object;
  readonly table: Table;
  /** What a model declares of its relations to others. */
  readonly relations?: Readonly<Record<string, RelationDeclaration>>;
}

/** The model on the other side; of its type no relations are asked, because models may name each other. */
export type RelationTarget = () => { new (values: never): object; readonly table: Table };

/** A relation as a model declares it in `static relations`. */
export interface RelationDeclaration {
  readonly kind: "many-to-one" | "one-to-many" | "many-to-many";
  readonly target: RelationTarget;
  /** The attribute with the foreign key; only needed where there are several between the two tables. */
  readonly foreignKey?: string;
  /** The association table of a many-to-many relation. */
  readonly secondary?: Table;
}

/** This table has the foreign key: `team: manyToOne(() => Team)`. */
export function manyToOne(target: RelationTarget, options: { foreignKey?: string } = {}): RelationDeclaration {
  return { kind: "many-to-one", target, ...options };
}

/** The other table has the foreign key: `members: oneToMany(() => User)`. */
export function oneToMany(target: RelationTarget, options: { foreignKey?: string } = {}): RelationDeclaration {
  return { kind: "one-to-many", target, ...options };
}

/**
 * An association table has both foreign keys: `toys: manyToMany(() => Toy, { secondary: userToy })`. Give these
 * `{ onDelete: "cascade" }`, so that its rows go with those they refer to.
 */
export function manyToMany(target: RelationTarget, options: { secondary: Table }): RelationDeclaration {
  return { kind: "many-to-many", target, ...options };
}

/** A relation whose tables and foreign keys are known. */
export interface Relation {
  readonly name: string;
  readonly kind: RelationDeclaration["kind"];
  readonly owner: AnyModel;
  readonly target: AnyModel;
  /** The foreign key between the two tables; of a many-to-many relation the one from the association to the owner. */
  readonly key: ForeignKey;
  /** Of a many-to-many relation the foreign key from the association to the target. */
  readonly otherKey: ForeignKey | undefined;
}

/**
 * Finds the foreign keys of a relation.
 *
 * @throws {InvalidModelError} when one is missing or ambiguous.
 */
export function resolveRelation(owner: AnyModel, name: string, declaration: RelationDeclaration): Relation {
  const { kind, foreignKey, secondary } = declaration;
  const target: AnyModel = declaration.target();
  if (owner.table.columns.some(({ attribute }) => attribute === name)) {
    throw new InvalidModelError(owner.table.name, `"${name}" is both a column and a relation: rename one`);
  }
  const only = (from: Table, to: Table): ForeignKey => {
    const keys = from.foreignKeys().filter((key) => key.to === to)
      .filter(({ column }) => foreignKey === undefined || column.attribute === foreignKey);
    if (keys.length === 1) return keys[0];
    const problem = keys.length === 0 ? "there is no foreign key" : "there are several foreign keys";
    throw new InvalidModelError(
      owner.table.name,
      `for the relation "${name}" ${problem} from "${from.name}" to "${to.name}"${
        keys.length === 0 ? ": give a column .references()" : "; name one with { foreignKey }"
      }`,
    );
  };
  if (kind === "many-to-many") {
    if (owner.table === target.table) {
      const [key, otherKey] = secondary!.foreignKeys();
      return { name, kind, owner, target, key, otherKey };
    }
    return { name, kind, owner, target, key: only(secondary!, owner.table), otherKey: only(secondary!, target.table) };
  }
  const [from, to] = kind === "many-to-one" ? [owner, target] : [target, owner];
  return { name, kind, owner, target, key: only(from.table, to.table), otherKey: undefined };
}
