/** Writes comments on what models cannot describe. @module */
import { type DatabaseSchema, fullName, type TableSchema, type UnmodelledObject } from "../database_schema.ts";
import { plural } from "../../base/text.ts";
import type { Requirement } from "../reflect/requirements.ts";
import { comments } from "./code.ts";
import { unsaidParts } from "./named_table.ts";

/** Kinds of objects that belong to a table, but not to its model. */
const ATTACHED = new Set(["trigger", "policy"]);

/** Comment above a model, on what else its table has. */
export function besides(table: TableSchema, unmodelled: readonly UnmodelledObject[]): string[] {
  const name = fullName(table);
  const remarks = unmodelled.flatMap((object) => {
    if (object.kind === "table" && object.name === name && object.reason) return [featureOf(object.reason)];
    if (!ATTACHED.has(object.kind) || !object.name.startsWith(`${name}.`)) return [];
    return [`${object.kind} ${object.name.slice(name.length + 1)}`];
  });
  const all = [...unsaidParts(table).map(({ name }) => name), ...remarks, ...statisticsOf(table)];
  return all.length === 0 ? [] : comments(`Beside the model: ${all.join(", ")}.`);
}

/** `row-level security` for `it has row-level security`. */
function featureOf(reason: string): string {
  return reason.replace(/^it (has|is) /, "");
}

/** Extended statistics of a table. */
function statisticsOf({ columns }: TableSchema): string[] {
  const dependents = columns.flatMap(({ dependents = [] }) => dependents);
  return [...new Set(dependents.filter(({ kind }) => kind === "statistics").map(({ name }) => name))];
}

/** Comment at the end of the file, on the objects that belong to no model. */
export function unmodelledLines({ unmodelled }: DatabaseSchema, modelled: readonly TableSchema[]): string[] {
  const isOfModel = ({ name }: UnmodelledObject) =>
    modelled.some((table) => name === fullName(table) || name.startsWith(`${fullName(table)}.`));
  const rest = unmodelled.filter((object) => !isOfModel(object));
  if (rest.length === 0) return [];
  return [
    "// Models do not describe these; a revision changes them with sql`…`:",
    ...rest.map(({ kind, name, reason }) => {
      const line = `${kind} ${name}${reason === undefined ? "" : `: ${reason}`}`;
      return `//   ${line.replace(/\s+/g, " ")}`; // a line break in a name would end the comment
    }),
  ];
}

/** Kinds of objects that a revision creates with their table. */
const WITH_TABLE = /^(column|primary key|unique constraint|check|foreign key|index|exclusion constraint)$/;

/**
 * Lists what operations do not create, a line for each kind: `view published`, `triggers article.keep, article.log`.
 *
 * @param required what the tables need from elsewhere
 */
export function notCreated({ tables, unmodelled }: DatabaseSchema, required: readonly Requirement[]): string[] {
  const isOfTables = (name: string) => tables.some((table) => fullName(table) === name);
  const others = unmodelled.flatMap(({ kind, name, reason }): Requirement[] => {
    if (WITH_TABLE.test(kind) || kind === "constraint trigger") return [];
    if (kind !== "table" || !isOfTables(name)) return [{ kind, name }];
    return reason === "it has no primary key" ? [] : [{ kind: `${featureOf(reason!)} of`, name }];
  });
  const statistics = tables.flatMap(statisticsOf).map((name) => ({ kind: "", name }));
  return [...Map.groupBy([...required, ...others, ...statistics], ({ kind }) => kind)]
    .map(([kind, objects]) => listed(kind, objects.map(({ name }) => name)));
}

/** Names that a line lists at most. */
const LISTED = 5;

function listed(kind: string, names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  const word = names.length === 1 || kind === "" || kind.endsWith(" of") ? kind : plural(kind);
  return `${word} ${names.slice(0, LISTED).join(", ")}${more}`.trimStart();
}
