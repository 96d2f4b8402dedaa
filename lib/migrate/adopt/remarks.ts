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
  const others = unmodelled.flatMap(({ kind, name }): Requirement[] => {
    if (WITH_TABLE.test(kind) || kind === "constraint trigger") return [];
    return kind === "table" && isOfTables(name) ? [] : [{ kind, name }];
  });
  const statistics = tables.flatMap(statisticsOf).map((name) => ({ kind: "", name }));
  return [
    ...Array.from(
      Map.groupBy([...required, ...others, ...statistics], ({ kind }) => kind),
      ([kind, objects]) => listed(kind, objects.map(({ name }) => name)),
    ),
    ...settingsLines(unmodelled.filter(({ kind, name }) => kind === "table" && isOfTables(name))),
  ];
}

/** Lists the settings of tables, a line for those that have the same: `tables a, b: have storage parameters`. */
function settingsLines(objects: readonly UnmodelledObject[]): string[] {
  const settings = objects.filter(({ reason }) => reason !== "it has no primary key");
  const ofTables = Array.from(
    Map.groupBy(settings, ({ name }) => name),
    ([name, all]) => ({ name, reasons: all.map(({ reason }) => reason!.replace(/^it /, "")).join(", ") }),
  );
  return Array.from(Map.groupBy(ofTables, ({ reasons }) => reasons), ([reasons, tables]) => {
    const said = tables.length === 1 ? reasons : reasons.replace(/(?<=^|, )(is|has) /g, (_, verb) => PLURAL[verb]);
    return `${listed("table", tables.map(({ name }) => name))}: ${said}`;
  });
}

const PLURAL: Readonly<Record<string, string>> = { is: "are ", has: "have " };

/** Names that a line lists at most. */
const LISTED = 5;

function listed(kind: string, names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  const word = names.length === 1 || kind === "" ? kind : plural(kind);
  return `${word} ${names.slice(0, LISTED).join(", ")}${more}`.trimStart();
}
