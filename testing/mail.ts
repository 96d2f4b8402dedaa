/**
 * Models whose relations change in every way that a session knows, for tests: by an object, by a collection, by a
 * foreign key, and by what the server does when a row goes or its key changes.
 *
 * @module
 */
import { array, identity, integer, jsonb, text } from "../lib/schema/columns.ts";
import { declarativeBase } from "../lib/orm/model.ts";
import type { Related } from "../lib/orm/related.ts";
import { manyToMany, manyToOne, oneToMany, oneToOne } from "../lib/orm/relation.ts";

const base = declarativeBase();
export const { metadata } = base;

const letterLabel = base.associationTable("letter_label", {
  letterId: integer().references("letters.id", { onDelete: "cascade", onUpdate: "cascade" }),
  label: text().references("labels.name", { onDelete: "cascade", onUpdate: "cascade" }),
});

const knows = base.associationTable("knows", {
  personId: integer().references("people.id", { onDelete: "cascade" }),
  knownId: integer().references("people.id", { onDelete: "cascade" }),
});

/** Its letters stay when it goes, without a person; its portrait goes, too. */
export class Person extends base.model("people", {
  id: identity().primaryKey(),
  name: text().unique({ deferrable: true }),
  version: integer().version(),
}) {
  declare letters: Related<Letter>;
  declare portrait: Portrait | null;
  declare phones: Related<Phone>;
  declare known: Related<Person>;
  declare knownBy: Related<Person>;
  static relations = {
    letters: oneToMany(() => Letter),
    portrait: oneToOne(() => Portrait),
    phones: oneToMany(() => Phone),
    known: manyToMany(() => Person, { secondary: knows, from: "personId", to: "knownId" }),
    knownBy: manyToMany(() => Person, { secondary: knows, from: "knownId", to: "personId" }),
  };
}

/** Without an action of the server: it stays when its person goes, by a statement of the session. */
export class Phone extends base.model("phones", {
  id: identity().primaryKey(),
  personId: integer().nullable().references("people.id"),
}) {
  declare person: Person | null;
  static relations = { person: manyToOne(() => Person) };
}

/** Without an action of the server: it goes with its letter, or once it is taken out of it. */
export class Enclosure extends base.model("enclosures", {
  id: identity().primaryKey(),
  letterId: integer().nullable().references("letters.id"),
}) {
  declare letter: Letter | null;
  static relations = { letter: manyToOne(() => Letter) };
}

/** Belongs to one person, who has no other. */
export class Portrait extends base.model("portraits", {
  id: identity().primaryKey(),
  personId: integer().nullable().unique().references("people.id", { onDelete: "cascade" }),
}) {
  declare person: Person | null;
  static relations = { person: manyToOne(() => Person) };
}

/** Answers go with the letter that they answer. */
export class Letter extends base.model("letters", {
  id: identity().primaryKey(),
  line: text(),
  personId: integer().nullable().references("people.id", { onDelete: "set null" }),
  answersId: integer().nullable().references("letters.id", { onDelete: "cascade" }),
  room: text().nullable(),
  shelfNumber: integer().nullable(),
  pages: array(text()).default(() => []),
  stamps: jsonb<{ values: number[] }>().nullable(),
}, {
  foreignKeys: [{ on: ["room", "shelfNumber"], references: "shelves", onDelete: "set null", onUpdate: "cascade" }],
}) {
  declare person: Person | null;
  declare answered: Letter | null;
  declare shelf: Shelf | null;
  declare answers: Related<Letter>;
  declare labels: Related<Label>;
  declare enclosures: Related<Enclosure>;
  static relations = {
    person: manyToOne(() => Person),
    answered: manyToOne(() => Letter, { foreignKey: "answersId" }),
    shelf: manyToOne(() => Shelf),
    answers: oneToMany(() => Letter, { foreignKey: "answersId" }),
    labels: manyToMany(() => Label, { secondary: letterLabel }),
    enclosures: oneToMany(() => Enclosure, { cascade: "deleteOrphan" }),
  };
}

/** Has a natural key, which may change. */
export class Label extends base.model("labels", { name: text().primaryKey(), colour: text().default(() => "red") }) {
  declare letters: Related<Letter>;
  static relations = { letters: manyToMany(() => Letter, { secondary: letterLabel }) };
}

/** Has a key of two columns, which may change. */
export class Shelf extends base.model("shelves", { room: text().primaryKey(), number: integer().primaryKey() }) {
  declare letters: Related<Letter>;
  static relations = { letters: oneToMany(() => Letter) };
}
