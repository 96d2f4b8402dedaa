/** Finds the relations of models: what their foreign keys connect. @module */
import { isSameName, type ObjectName } from "../database_schema.ts";
import { text } from "../render/source.ts";
import { call, type Code, object } from "./code.ts";
import { freeName, nounOf, plural, relationNames as namesOf } from "./names.ts";
import type { NamedTable } from "./named_table.ts";

/** A relation of a model. */
export interface RelationCode {
  readonly name: string;
  /** Type of the attribute: `User | null`, `Related<Toy>`. */
  readonly type: string;
  readonly kind: "manyToOne" | "oneToMany" | "oneToOne" | "manyToMany";
  /** Name of the class on the other side. */
  readonly target: string;
  /** Attribute of the foreign key, if several connect the two tables. */
  readonly foreignKey?: string;
  /** Variable of the association table. */
  readonly secondary?: string;
}

/** Writes the declaration of a relation: `manyToOne(() => User)`. */
export function relationCode({ kind, target, foreignKey, secondary }: RelationCode): Code {
  const options = [["foreignKey", foreignKey && text(foreignKey)], ["secondary", secondary]] as const;
  const given = options.filter(([, value]) => value !== undefined);
  return call(kind, `() => ${target}`, ...(given.length > 0 ? [object(given)] : []));
}

/** Returns the relations of each model, by its name: many-to-one, one-to-many, many-to-many. */
export function relationsOf(tables: readonly NamedTable[]): ReadonlyMap<string, readonly RelationCode[]> {
  const found = new Map<string, RelationCode[]>(tables.map(({ name }) => [name, []]));
  const models = tables.filter(({ isAssociation }) => !isAssociation);
  const modelOf = (name: ObjectName) => models.find(({ table }) => isSameName(table, name));
  const add = (owner: NamedTable, suitable: readonly string[], relation: Omit<RelationCode, "name">) => {
    const relations = found.get(owner.name)!;
    const taken = new Set([...owner.attributes.values(), ...relations.map(({ name }) => name)]);
    const name = freeName(suitable, taken);
    relations.push({ name, ...relation });
    return name;
  };
  for (const model of models) {
    for (const [column, key] of model.parts.references) {
      const target = modelOf(key.to);
      if (!target) continue;
      const attribute = model.attributes.get(column)!;
      const isOnly = keysTo(model, key.to) === 1;
      const isNullable = model.table.columns.some(({ name, nullable }) => name === column && nullable);
      const referred = target.attributes.get(key.referred[0])!;
      const own = model.relationNames.get(column);
      const suitable = namesOf(attribute, target.name, referred, isOnly && target !== model);
      const foreignKey = isOnly ? {} : { foreignKey: attribute };
      const name = add(model, own === undefined ? suitable : [own, ...suitable], {
        type: target.name + (isNullable ? " | null" : ""),
        kind: "manyToOne",
        target: target.name,
        ...foreignKey,
      });
      const isOne = isUnique(model, column);
      add(target, backNames(name, model, { isOnly, isTree: target === model, isOne }), {
        type: isOne ? `${model.name} | null` : `Related<${model.name}>`,
        kind: isOne ? "oneToOne" : "oneToMany",
        target: model.name,
        ...foreignKey,
      });
    }
  }
  for (const { name: secondary, parts } of tables.filter(({ isAssociation }) => isAssociation)) {
    const [one, other] = [...parts.references.values()].map(({ to }) => modelOf(to));
    if (!one || !other || one === other) continue; // between a table and itself a name would be a guess
    for (const [owner, target] of [[one, other], [other, one]]) {
      const type = `Related<${target.name}>`;
      const suitable = [plural(nounOf(target.name)), `${plural(nounOf(target.name))}By${upper(secondary)}`];
      add(owner, suitable, { type, kind: "manyToMany", target: target.name, secondary });
    }
  }
  const KINDS = ["manyToOne", "oneToOne", "oneToMany", "manyToMany"];
  return new Map([...found].map(([name, relations]) => [
    name,
    relations.toSorted((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind)),
  ]));
}

/** Number of foreign keys from a model to a table, those of several columns included. */
function keysTo({ parts }: NamedTable, table: ObjectName): number {
  const keys = [...parts.references.values(), ...parts.foreignKeys];
  return keys.filter(({ to }) => isSameName(to, table)).length;
}

/** Whether no two rows have the same value. */
function isUnique({ parts, table: { primaryKey } }: NamedTable, column: string): boolean {
  return parts.uniqueColumns.has(column) || String(primaryKey?.columns) === column;
}

/** What the name of the other direction depends on. */
interface BackOptions {
  /** Whether no other key connects the tables. */
  readonly isOnly: boolean;
  readonly isTree: boolean;
  /** Whether at most one row refers to another one. */
  readonly isOne: boolean;
}

/**
 * Names of the other direction: `articles`; `messagesAsSender` if several keys connect the tables; `children`; `profile`
 * if there is at most one.
 */
function backNames(name: string, { name: owner }: NamedTable, { isOnly, isTree, isOne }: BackOptions): string[] {
  const noun = nounOf(owner);
  const rows = isOne ? noun[0].toLowerCase() + noun.slice(1) : plural(noun);
  const longer = `${rows}As${upper(name)}`;
  if (isTree) return isOnly && name === "parent" && !isOne ? ["children", longer] : [longer];
  return isOnly ? [rows, longer] : [longer];
}

function upper(name: string): string {
  return name[0].toUpperCase() + name.slice(1);
}
