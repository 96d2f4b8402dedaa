/**
 * Checks the options of relations where they are declared: notebooks are not type-checked.
 *
 * @module
 */
import { checkOptions, flag, instance, type Kind, type Kinds, leftOut, oneOf, text } from "../engine/check_options.ts";
import { type Columns, Table } from "../schema/table.ts";
import type { AssociationOptions, KeyedOptions, OwnerOptions, RelationOptions } from "./relation.ts";

/** Options of SQLAlchemy's `relationship()` that do not exist here, with the reason. */
const ELSEWHERE = {
  lazy: leftOut(
    "nothing is loaded when an attribute is read, because that cannot wait for a query; load says how every query " +
      "loads the relation, selectinload() and joinedload() how one does",
  ),
  backref: leftOut(
    "declare the relation of the other model as well: both sides of a foreign key keep each other in step",
  ),
  backPopulates: leftOut("both sides of a foreign key keep each other in step"),
  uselist: leftOut("declare a oneToOne"),
};

const load: Kind = { ...oneOf(["selectin", "joined"]), must: '"selectin" or "joined": nothing is loaded implicitly' };
const RELATION: Kinds<RelationOptions> = { load, ...ELSEWHERE };
const KEYED: Kinds<KeyedOptions> = { ...RELATION, foreignKey: text };
const OWNER: Kinds<OwnerOptions> = { ...KEYED, cascade: oneOf(["delete", "deleteOrphan"]), passiveDeletes: flag };
const ASSOCIATION: Kinds<AssociationOptions<Columns>> = {
  ...RELATION,
  secondary: instance(Table, "an association table, made by associationTable()"),
  from: text,
  to: text,
};

/** The options of each kind of relation. */
export const RELATION_OPTIONS = {
  manyToOne: KEYED,
  oneToMany: OWNER,
  oneToOne: OWNER,
  manyToMany: ASSOCIATION,
} as const;

/**
 * Checks the options of a relation.
 *
 * @throws {TypeError} for an unknown option or a value of the wrong type.
 * @throws {RangeError} for a value out of range.
 */
export function checkRelation(name: keyof typeof RELATION_OPTIONS, target: unknown, options: unknown): void {
  if (typeof target !== "function") {
    throw new TypeError(`${name}() takes a function that returns the model: ${name}(() => Toy).`);
  }
  checkOptions<object>(`${name}()`, options, RELATION_OPTIONS[name] as Kinds<object>);
}
