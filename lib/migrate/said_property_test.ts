/**
 * Property of autogenerate for what models can say beside columns of the library's types: SQL types, collations,
 * generated and numbered columns, names, deferrable and composite keys, parts given by their SQL. Both programs name the
 * same columns and parts, because what models do not name stays.
 */
import fc from "npm:fast-check@^4";
import { IDENTITY, IDENTITY_ALWAYS, integer, Metadata, SERIAL, sql, sqlType, text } from "../mod.ts";
import { cases } from "../../testing/cases.ts";
import { provePair } from "../../testing/schema_pair.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const CASES = cases(16); // even

const DEFINITIONS = [
  "btree (base DESC)",
  "btree (base text_pattern_ops) INCLUDE (\"Big.Number\") WITH (fillfactor='70')",
  "gin (to_tsvector('simple'::regconfig, base))",
  'btree (lower(base), "Big.Number" DESC NULLS LAST) WHERE "Big.Number" > 0',
  "hash (base)",
];
const CONSTRAINTS = [
  "EXCLUDE USING hash (base WITH =)",
  'EXCLUDE USING hash ("Big.Number" WITH =) WHERE ("Big.Number" > 0) DEFERRABLE',
  'CHECK ("Big.Number" > 0) NO INHERIT',
  "CHECK (base <> 'x') NOT VALID",
  'UNIQUE (base) INCLUDE ("Big.Number")',
  'FOREIGN KEY (hero_id) REFERENCES "Hero Line" ("hero ID") MATCH FULL',
];
const TYPES = ["money", "inet", "tsvector", "int4range", "interval", "char(3)", "bit(3)", "xml", "point", "cidr"];

const deferrable = fc.constantFrom(undefined, true, "deferred" as const);
const tableSpec = fc.record({
  numbered: fc.constantFrom(IDENTITY, IDENTITY_ALWAYS, SERIAL),
  low: fc.constantFrom(undefined, "lower(base)", "upper(base)", "(base || 'x'::text)"),
  lowMark: fc.constantFrom("none", "index", "unique", "check"),
  isLowCollated: fc.boolean(),
  collation: fc.constantFrom(undefined, "C", "POSIX"),
  type: fc.constantFrom(...TYPES),
  typeIsNullable: fc.boolean(),
  index: fc.constantFrom(...DEFINITIONS),
  isUnique: fc.boolean(),
  constraint: fc.constantFrom(...CONSTRAINTS),
  unique: deferrable,
  foreignKey: fc.record({ deferrable, onDelete: fc.constantFrom("cascade" as const, undefined) }),
  comment: fc.constantFrom(undefined, 'of "it"'),
});
const program = fc.record({ hero: tableSpec, toy: tableSpec, names: fc.constantFrom("one", "two") });
type Program = (typeof program) extends fc.Arbitrary<infer T> ? T : never;

function metadataOf({ hero, toy, names }: Program): Metadata {
  const metadata = new Metadata();
  const columnsOf = ({ numbered, low, lowMark, isLowCollated, collation, type, typeIsNullable }: Program["hero"]) => {
    const number = integer().named("Big.Number");
    let made = low === undefined ? text().serverDefault(sql("''")) : text().generatedAs(sql(low));
    if (isLowCollated) made = made.collate("C");
    if (lowMark === "index") made = made.index();
    if (lowMark === "unique") made = made.unique();
    if (lowMark === "check") made = made.check("low <> 'y'");
    const other = sqlType(type);
    return {
      base: text().serverDefault(sql("'a'")),
      number: number.serverDefault(numbered),
      low: made,
      sorted: collation === undefined ? text() : text().collate(collation),
      other: typeIsNullable ? other.nullable() : other,
    };
  };
  const optionsOf = ({ index, isUnique, constraint, unique, comment }: Program["hero"]) => ({
    primaryKey: { name: `key_${names}` },
    unique: [{ on: ["base", "sorted"], name: "together", deferrable: unique }],
    indexes: [{ name: "Sorted Index", definition: index, unique: isUnique && /^btree/.test(index) }],
    constraints: { 'the "other" one': constraint },
    comment,
  });
  metadata.add("heroes", {
    heroId: integer().primaryKey().named("hero ID"),
    tenant: integer(),
    ...columnsOf(hero),
  }, {
    ...optionsOf({ ...hero, constraint: hero.constraint.replace("hero_id", '"hero ID"') }),
    unique: [...optionsOf(hero).unique, { on: ["tenant", "heroId"], name: "hero of tenant" }],
    named: "Hero Line",
    primaryKey: { name: `hero_key_${names}` },
  });
  const columns = columnsOf(toy);
  metadata.add("toys", { id: integer().primaryKey(), tenant: integer(), heroId: integer().nullable(), ...columns }, {
    ...optionsOf(toy),
    indexes: [{ ...optionsOf(toy).indexes[0], name: "Sorted Toys" }],
    unique: [{ ...optionsOf(toy).unique[0], name: "toys together" }],
    constraints: { "of toys": toy.constraint },
    foreignKeys: [{
      on: ["tenant", "heroId"],
      references: "Hero Line",
      columns: ["tenant", "heroId"],
      name: "its hero",
      ...toy.foreignKey,
    }],
  });
  return metadata;
}

database.test(`what models say in SQL goes up, down and up again, for ${CASES} pairs of random models`, async (url) => {
  const holds = () =>
    fc.assert(
      fc.asyncProperty(program, program, async (before, after) => {
        await provePair(url, metadataOf(before), metadataOf(after));
      }),
      { numRuns: CASES / 2 },
    );
  await Promise.all([holds(), holds()]); // while the server works for one the program works for the other
});
