/** Writes the models of a database as a TypeScript file. @module */
import { COLUMN_TYPES } from "../../values/types.ts";
import type { DatabaseSchema, EnumSchema } from "../database_schema.ts";
import { quote } from "../../base/quote.ts";
import { text } from "../render/source.ts";
import { calledFunctions, type Code, comments, statement } from "./code.ts";
import { declaration, modelCode } from "./model.ts";
import { type NamedTable, namedTables } from "./named_table.ts";
import { variableName } from "./names.ts";
import { relationsOf } from "./relations.ts";
import { besides, unmodelledLines } from "./remarks.ts";
import { enumCode, type Enums } from "./types.ts";

/** Functions and values of the library that a models file may use. */
const LIBRARY = [
  ...Object.keys(COLUMN_TYPES),
  ..."array declarativeBase enumeration identity IDENTITY IDENTITY_ALWAYS manyToMany manyToOne now oneToMany oneToOne Related serial SERIAL sql sqlType"
    .split(
      " ",
    ),
];

/** Options of {@linkcode modelsFile}. */
export interface ModelsFileOptions {
  /** Specifier of the library, as the file imports it. */
  readonly library: string;
  /** Sentences at the head of the file. */
  readonly head: string;
}

/**
 * Writes a model for each table, formatted as `deno fmt` does. What models cannot describe stands as a comment where it
 * belongs.
 *
 * @param schema schema of the database, read from the catalogs
 * @param options specifier of the library, and the head
 * @returns the text of the file
 */
export function modelsFile(schema: DatabaseSchema, { library, head }: ModelsFileOptions): string {
  const names = new Set(["model", "associationTable", "metadata", ...LIBRARY]);
  const tables = namedTables(schema, names);
  for (const { name } of tables) names.add(name);
  const { enums, shared } = enumsOf(schema.enums, tables, names);
  const codes = tables.map((named) => ({ named, code: modelCode(named, tables, enums) }));
  const relations = relationsOf(tables);
  const associations = codes.filter(({ named }) => named.isAssociation);
  const models = codes.filter(({ named }) => !named.isAssociation);
  const base = [
    ...(models.length > 0 ? ["model"] : []),
    ...(associations.length > 0 ? ["associationTable"] : []),
    "metadata",
  ];
  const used = calledFunctions([...shared.map(({ code }) => code), ...codes.map(({ code }) => code)]);
  const kinds = new Set(
    [...relations.values()].flat().flatMap(({ kind }) => kind === "manyToOne" ? [kind] : [kind, "Related"]),
  );
  const imports = LIBRARY.filter((name) => name === "declarativeBase" || used.has(name) || kinds.has(name as never))
    .map((name) => name === "Related" ? "type Related" : name);
  const body = [
    [
      "/**",
      ...comments(head).map((line) => line.replace("//", " *")),
      " *",
      " * @module",
      " */",
      ...importLines(imports, library),
    ],
    [`export const { ${base.join(", ")} } = declarativeBase();`],
    ...shared.map(({ name, code }) => statement(`const ${name} = `, code, ";")),
    ...[...associations, ...models].map(({ named, code }) => [
      ...besides(named.table, schema.unmodelled),
      ...declaration(named, code, relations.get(named.name)!),
    ]),
    unmodelledLines(schema, tables.map(({ table }) => table)),
  ];
  return `${body.filter((lines) => lines.length > 0).map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** Enum types by the name that `format_type()` prints. One that several columns have gets a variable. */
function enumsOf(
  types: readonly EnumSchema[],
  tables: readonly NamedTable[],
  taken: ReadonlySet<string>,
): { enums: Enums; shared: readonly { readonly name: string; readonly code: Code }[] } {
  const enums = new Map<string, Code>();
  const shared: { name: string; code: Code }[] = [];
  for (const { name, values } of types) {
    const code = enumCode(name, values);
    const sqlName = quote(name);
    const columns = tables.flatMap(({ table }) => table.columns)
      .filter(({ type, isFixed }) => !isFixed && type.replace(/(\[\])+$/, "") === sqlName);
    if (columns.length < 2) enums.set(sqlName, code);
    else {
      const variable = variableName(name, new Set([...taken, ...shared.map(({ name }) => name)]));
      shared.push({ name: variable, code });
      enums.set(sqlName, variable);
    }
  }
  return { enums, shared };
}

function importLines(names: readonly string[], library: string): string[] {
  const end = ` from ${text(library)};`;
  const sorted = names.toSorted((one, other) => {
    const [a, b] = [one, other].map((name) => name.replace("type ", ""));
    return a.toLowerCase() === b.toLowerCase() ? (a < b ? -1 : 1) : a.toLowerCase() < b.toLowerCase() ? -1 : 1;
  });
  const line = `import { ${sorted.join(", ")} }${end}`;
  if (line.length <= 120) return [line];
  return ["import {", ...sorted.map((name) => `  ${name},`), `}${end}`];
}
