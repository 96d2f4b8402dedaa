/**
 * Relations resolved to the foreign keys of their tables.
 *
 * @module
 */
import { closest } from "../base/closest.ts";
import { InvalidModelError } from "../schema/errors.ts";
import type { ForeignKey, Table, TableColumn } from "../schema/table.ts";
import { requireModel } from "./model_checks.ts";
import type { AnyModel, Relation, RelationDeclaration } from "./relation.ts";

/**
 * Resolves the foreign keys of a relation.
 *
 * @throws {InvalidModelError} when a foreign key is missing or ambiguous.
 */
export function resolveRelation(owner: AnyModel, name: string, declaration: RelationDeclaration): Relation {
  const { kind, foreignKey, cascade, passiveDeletes, load } = declaration;
  const target = targetOf(owner, name, declaration);
  const common = { name, kind, owner, target, cascade, passiveDeletes, load };
  const keyBetween = (from: Table, to: Table) => onlyKey(owner, name, { from, to, named: foreignKey });
  if (kind === "many-to-many") return { ...common, ...associationKeys(owner, name, declaration) };
  const key = kind === "many-to-one" ? keyBetween(owner.table, target.table) : keyBetween(target.table, owner.table);
  if (kind === "one-to-one") requireUnique(owner, name, key);
  if (cascade && (key.onDelete === "set null" || key.onDelete === "set default")) {
    throw new InvalidModelError(
      owner.table.name,
      `the relation "${name}" deletes its objects (cascade), but the foreign key in "${key.from.name}" keeps their rows ` +
        `(onDelete: "${key.onDelete}"): leave one of them out`,
    );
  }
  return { ...common, key, otherKey: undefined };
}

function targetOf(owner: AnyModel, name: string, declaration: RelationDeclaration): AnyModel {
  if (typeof declaration?.target !== "function") {
    throw new InvalidModelError(
      owner.table.name,
      `the relation "${name}" must be made by manyToOne(), oneToMany(), oneToOne() or manyToMany()`,
    );
  }
  const target: AnyModel | undefined = declaration.target();
  if (!target?.table) {
    throw new InvalidModelError(
      owner.table.name,
      `the relation "${name}" refers to ${Deno.inspect(target)}, not to a model`,
    );
  }
  requireModel(target);
  return target;
}

/** Requires that no two rows have the same foreign key. */
function requireUnique(owner: AnyModel, name: string, { from, columns }: ForeignKey): void {
  const keys = [
    from.primaryKey,
    ...from.uniques.map((unique) => unique.columns),
    ...from.indexes.filter(({ unique, where }) => unique && !where).map(({ on }) => on),
  ];
  if (keys.some((key) => key.length > 0 && key.every((each) => columns.includes(each as TableColumn)))) return;
  const attributes = columns.map(({ attribute }) => `"${attribute}"`).join(", ");
  throw new InvalidModelError(
    owner.table.name,
    `the relation "${name}" is to one object, but ${attributes} of "${from.name}" may occur in several rows: make it ` +
      "unique, or declare a oneToMany",
  );
}

/** A foreign key that is looked for. */
interface Wanted {
  readonly from: Table;
  readonly to: Table;
  /** One of its attributes. */
  readonly named?: string;
  /** The option that names it. */
  readonly option?: string;
}

/**
 * Finds the only foreign key of this kind. Of several an attribute names the one that has no other column; in an
 * association table the one in the primary key is meant.
 */
function onlyKey(owner: AnyModel, name: string, { from, to, named, option = "foreignKey" }: Wanted): ForeignKey {
  const between = from.foreignKeys().filter((key) => key.to === to);
  const keys = between.filter(({ columns }) =>
    named === undefined || columns.some(({ attribute }) => attribute === named)
  );
  const isMeant = ({ columns }: ForeignKey) =>
    named === undefined ? option !== "foreignKey" && columns.every((each) => each.primaryKey) : columns.length === 1;
  const meant = keys.filter(isMeant);
  const [key, ...others] = meant.length === 1 ? meant : keys;
  if (key && others.length === 0) return key;
  const attributes = between.flatMap(({ columns }) => columns.map(({ attribute }) => attribute));
  const [problem, cure] = key
    ? ["there are several foreign keys", `name one with { ${option} }: ${listed(attributes)}`]
    : between.length === 0
    ? ["there is no foreign key", "give a column .references()"]
    : [`"${named}" is no foreign key`, suggestion(named!, attributes)];
  throw new InvalidModelError(
    owner.table.name,
    `for the relation "${name}" ${problem} from "${from.name}" to "${to.name}": ${cure}`,
  );
}

/** Finds the two foreign keys of an association table. */
function associationKeys(owner: AnyModel, name: string, declaration: RelationDeclaration) {
  const { secondary: from, from: near, to: far } = declaration;
  const { table } = owner;
  const target = declaration.target().table;
  if (!from?.foreignKeys) {
    throw new InvalidModelError(table.name, `the relation "${name}" needs the association table: { secondary }`);
  }
  if (table === target && (near === undefined || far === undefined)) {
    const attributes = from.foreignKeys().flatMap(({ columns }) => columns.map(({ attribute }) => attribute));
    throw new InvalidModelError(
      table.name,
      `the relation "${name}" is between a table and itself: say which key of "${from.name}" refers to the owner and ` +
        `which to the objects in its collection, with { from, to }: ${listed(attributes)}`,
    );
  }
  const key = onlyKey(owner, name, { from, to: table, named: near, option: "from" });
  const otherKey = onlyKey(owner, name, { from, to: target, named: far, option: "to" });
  requireLinkable(owner, name, [key, otherKey]);
  return { key, otherKey };
}

/** An association row consists of its two keys: whatever else it has, it must be possible to leave that out. */
function requireLinkable(owner: AnyModel, name: string, [key, otherKey]: readonly ForeignKey[]): void {
  const { from } = key;
  const required = from.columns.find((column) =>
    !key.columns.includes(column) && !otherKey.columns.includes(column) &&
    !column.nullable && !column.default && !column.serverDefault && !column.generatedAs
  );
  if (!required) return;
  throw new InvalidModelError(
    owner.table.name,
    `the relation "${name}" cannot give "${required.attribute}" of "${from.name}" a value: give that column a default, ` +
      `or make "${from.name}" a model of its own, which "${owner.name}" reaches by a oneToMany`,
  );
}

function suggestion(name: string, known: readonly string[]): string {
  const found = closest(name, known);
  return found ? `did you mean "${found}"?` : `there are: ${listed(known)}`;
}

function listed(names: readonly string[]): string {
  return [...new Set(names)].map((name) => `"${name}"`).join(", ");
}
