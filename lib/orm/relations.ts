/**
 * The relations of each model, resolved once.
 *
 * @module
 */
import { isSameList } from "../base/same_list.ts";
import { InvalidModelError } from "../schema/errors.ts";
import type { Table } from "../schema/table.ts";
import { requireModel, requireRelationNames } from "./model_checks.ts";
import type { AnyModel, Relation } from "./relation.ts";
import { resolveRelation } from "./resolve_relation.ts";

/** The relations of collections by the table that has their foreign keys. */
const STORED = new WeakMap<Table, Relation[]>();
const NONE: readonly Relation[] = [];
const RELATIONS = new WeakMap<AnyModel, ReadonlyMap<string, Relation>>();

/**
 * Returns the relations of a model by name. The first call resolves them, not the declaration, because models may refer
 * to each other.
 *
 * @throws {InvalidModelError} when a foreign key is missing or ambiguous, or the class cannot be a model.
 */
export function relationsOf(model: AnyModel): ReadonlyMap<string, Relation> {
  return RELATIONS.getOrInsertComputed(model, () => {
    requireModel(model);
    requireRelationNames(model);
    model.table.foreignKeys(); // an error in them is one of the model, with or without relations
    const declared = Object.entries(model.relations ?? {});
    const relations = declared.map(([name, declaration]) => resolveRelation(model, name, declaration));
    for (const relation of relations) {
      if (relation.kind !== "many-to-one") STORED.getOrInsertComputed(relation.key.from, () => []).push(relation);
    }
    return new Map(relations.map((relation) => [relation.name, relation]));
  });
}

/**
 * Returns one relation of a model.
 *
 * @throws {InvalidModelError} when the model has no relation of this name.
 */
export function relationNamed(model: AnyModel, name: string): Relation {
  const relations = relationsOf(model);
  const relation = relations.get(name);
  if (relation) return relation;
  const known = [...relations.keys()].join(", ") || "none";
  throw new InvalidModelError(model.table.name, `there is no relation "${name}"; there are: ${known}`);
}

/** Returns the relations whose collections depend on the rows of a table, of all models that have made objects so far. */
export function relationsStoredIn(table: Table): readonly Relation[] {
  return STORED.get(table) ?? NONE;
}

/** Returns the same relation as the target declares it, if it does. */
export function inverseOf(relation: Relation): Relation | undefined {
  for (const other of relationsOf(relation.target).values()) {
    if (other !== relation && other.target === relation.owner && isInverse(relation, other)) return other;
  }
  return undefined;
}

function isInverse(a: Relation, b: Relation): boolean {
  if (a.otherKey && b.otherKey) {
    return isSameList(a.key.columns, b.otherKey.columns) && isSameList(a.otherKey.columns, b.key.columns);
  }
  const hasKey = ({ kind }: Relation) => kind === "many-to-one";
  return !a.otherKey && !b.otherKey && hasKey(a) !== hasKey(b) && isSameList(a.key.columns, b.key.columns);
}
