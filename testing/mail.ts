/**
 * Models whose relations change in every way that a session knows, for tests: by an object, by a collection, by a
 * foreign key, and by what the server does when a row goes or its key changes.
 *
 * @module
 */
import { array, identity, integer, jsonb, text } from "../lib/schema/columns.ts";
import { declarativeBase } from "../lib/orm/model.ts";
import type { Related } from "../lib/orm/related.ts";
import { manyToMany, manyToOne, oneToMany } from "../lib/orm/relation.ts";

const base = declarativeBase();
export const { metadata } = base;

const letterLabel = base.associationTable("letter_label", {
  letterId: integer().references("letters.id", { onDelete: "cascade", onUpdate: "cascade" }),
  label: text().references("labels.name", { onDelete: "cascade", onUpdate: "cascade" }),
});

/** Its messages stay when it goes, without a person. */
export class Person extends base.model("people", {
  id: identity().primaryKey(),
  name: text().unique({ deferrable: true }),
  version: integer().version(),
}) {
  declare letters: Related<Letter>;
  static relations = { letters: oneToMany(() => Letter) };
}

/** Answers go with the letter that they answer. */
export class Letter extends base.model("letters", {
  id: identity().primaryKey(),
  line: text(),
  personId: integer().nullable().references("people.id", { onDelete: "set null" }),
  answersId: integer().nullable().references("letters.id", { onDelete: "cascade" }),
  pages: array(text()).default(() => []),
  stamps: jsonb<{ values: number[] }>().nullable(),
}) {
  declare person: Person | null;
  declare answered: Letter | null;
  declare answers: Related<Letter>;
  declare labels: Related<Label>;
  static relations = {
    person: manyToOne(() => Person),
    answered: manyToOne(() => Letter, { foreignKey: "answersId" }),
    answers: oneToMany(() => Letter, { foreignKey: "answersId" }),
    labels: manyToMany(() => Label, { secondary: letterLabel }),
  };
}

/** Has a natural key, which may change. */
export class Label extends base.model("labels", { name: text().primaryKey(), colour: text().default(() => "red") }) {
  declare letters: Related<Letter>;
  static relations = { letters: manyToMany(() => Letter, { secondary: letterLabel }) };
}
