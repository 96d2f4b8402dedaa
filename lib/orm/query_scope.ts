/**
 * The tables that a query for the objects of a model may use.
 *
 * @module
 */
import type { NamedTable, QueryScope } from "../engine/kysely/with_joins.ts";
import type { Table } from "../schema/table.ts";
import { linkName } from "./join_names.ts";
import type { AnyModel } from "./relation.ts";
import { relationsOf } from "./relations.ts";

const SCOPES = new WeakMap<AnyModel, QueryScope>();

/** Returns the scope of a model: its own table and those of its relations. */
export function scopeOf(model: AnyModel): QueryScope {
  return SCOPES.getOrInsertComputed(model, () => {
    const { table } = model;
    let related: { readonly byName: Tables; readonly byWord: Tables } | undefined;
    const tables = () => related ??= tablesOf(model);
    return {
      table,
      tableCalled: (name) => name === table.word || name === table.name ? table : tables().byName.get(name),
      tableNamed: (word) => word === table.word ? table : tables().byWord.get(word),
    };
  });
}

type Tables = ReadonlyMap<string, NamedTable>;

function tablesOf(model: AnyModel): { byName: Tables; byWord: Tables } {
  const joined = [...relationsOf(model)].flatMap(([name, { target, key, otherKey }]): [string, Table][] => [
    [name, target.table],
    ...(otherKey ? [[linkName(model, name), key.from]] as [string, Table][] : []),
  ]);
  return { byName: new Map(joined), byWord: new Map(joined.map(([, table]) => [table.word, table])) };
}

/** Returns the word for a table in queries, with its schema. */
export function wordOf({ schema, word }: Table): string {
  return schema === undefined ? word : `${schema}.${word}`;
}
