/**
 * Random histories of a session whose relations change in every way. Whatever the session
 * has loaded is compared with the tables, so that a change that was not written shows, too.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { isSame } from "../lib/orm/column_value.ts";
import { DetachedObjectError, NotLoadedError, UniqueCircleError } from "../lib/orm/errors.ts";
import type { Entity } from "../lib/orm/identity_map.ts";
import { keyOf, mapKey } from "../lib/orm/key.ts";
import { joinedload, selectinload } from "../lib/orm/loading.ts";
import { stateOf } from "../lib/orm/object_state.ts";
import { isCurrent } from "../lib/orm/reference.ts";
import { select } from "../lib/orm/select.ts";
import type { Session } from "../lib/orm/session.ts";
import type { SessionMaker } from "../lib/orm/sessionmaker.ts";
import { IntegrityError } from "../lib/engine/errors.ts";
import { assertHeldRelations, readRows } from "./held_relations.ts";
import { Enclosure, Label, Letter, metadata, Person, Phone, Portrait, Shelf } from "./mail.ts";

const MODELS = [Person, Letter, Label, Shelf, Portrait, Phone, Enclosure] as const;
type Model = typeof MODELS[number];

/** An action, and two numbers that choose its objects and values. */
export type Action = readonly [name: keyof RelationHistory, a: number, b: number];

/** One history of one session after another. */
export class RelationHistory {
  #session: Session;
  /** The objects that are or were in the session. */
  #objects: Entity[] = [];
  #savepoints: Awaited<ReturnType<Session["beginNested"]>>[] = [];
  #names = 0;
  /** True if the tables may have rows of objects that are not in the session. */
  #areSomeAway = false;

  constructor(readonly getSession: SessionMaker) {
    this.#session = this.#open();
  }

  async run(actions: readonly Action[]): Promise<void> {
    try {
      await this.#populate();
      for (const [name, a, b] of actions) await (this[name] as (a: number, b: number) => unknown)(a, b);
      await this.rollback();
    } finally {
      await this.#session.close();
    }
  }

  addPerson(): void {
    this.#add(new Person({ name: `name ${this.#names++}` }));
  }

  addLetter(a: number, b: number): void {
    const letter = new Letter({
      line: `letter ${b}`,
      pages: b % 2 ? ["one"] : [],
      stamps: b % 3 ? null : { values: [b] },
    });
    const person = this.#pick(Person, a);
    if (b % 4 === 0) letter.person = person ?? null;
    else if (b % 4 === 1) person?.letters.add(letter);
    else if (b % 4 === 2 && person && !this.#isNew(person)) letter.personId = person.id;
    this.#add(letter);
  }

  addLabel(a: number): void {
    this.#add(Label.create({ name: `label ${this.#names++}`, letters: this.#some(Letter, a) }));
  }

  addShelf(a: number): void {
    this.#add(new Shelf({ room: `room ${a % 2}`, number: this.#names++ }));
  }

  addPortrait(a: number, b: number): void {
    const portrait = new Portrait({});
    const person = this.#pick(Person, a);
    if (person && b % 2 && isLoaded(person, "portrait")) person.portrait = portrait;
    this.#add(portrait);
  }

  /** Their foreign keys have no action: the session's own cascades act on them. */
  addPart(a: number, b: number): void {
    const [person, letter] = [this.#pick(Person, a), this.#pick(Letter, a)];
    if (b % 2 && person) this.#add(Phone.create({ person }));
    else if (b % 4 === 0) letter?.enclosures.add(new Enclosure({}));
    else if (letter) this.#add(Enclosure.create({ letter }));
  }

  setPart(a: number, b: number): void {
    const [phone, person] = [this.#pick(Phone, a), this.#pick(Person, b)];
    const [enclosure, letter] = [this.#pick(Enclosure, a), this.#pick(Letter, b)];
    if (b % 5 === 0 && phone) phone.person = person ?? null;
    else if (b % 5 === 1 && phone) person?.phones.delete(phone);
    else if (b % 5 === 2 && enclosure && letter) letter.enclosures.add(enclosure);
    else if (b % 5 === 3 && enclosure) letter?.enclosures.delete(enclosure);
    else if (letter && isLoaded(letter, "enclosures")) letter.enclosures = this.#some(Enclosure, a) as never;
  }

  /** Names are unique, and may be exchanged. */
  rename(a: number, b: number): void {
    const [one, two] = [this.#pick(Person, a), this.#pick(Person, b)];
    if (one && two && b % 2) [one.name, two.name] = [two.name, one.name];
    else if (one) one.name = `name ${this.#names++}`;
  }

  /** An array and a JSON value are changed inside. */
  write(a: number, b: number): void {
    const letter = this.#pick(Letter, a);
    if (!letter) return;
    letter.line = `letter ${b}`;
    letter.pages?.push(`page ${b}`);
    if (letter.stamps) letter.stamps.values.push(b);
    else letter.stamps = { values: [] };
  }

  setPerson(a: number, b: number): void {
    const [letter, person] = [this.#pick(Letter, a), this.#pick(Person, b)];
    if (!letter) return;
    if (b % 6 === 0) letter.person = person ?? null;
    else if (b % 6 === 1) person?.letters.add(letter);
    else if (b % 6 === 2) letter.personId = null;
    else if (b % 6 === 3) person?.letters.delete(letter);
    else if (b % 6 === 4) letter.person = null;
    else if (person && !this.#isNew(person)) letter.personId = person.id;
  }

  setAnswered(a: number, b: number): void {
    const [letter, answered] = [this.#pick(Letter, a), this.#pick(Letter, b)];
    if (!letter || !answered) return;
    if (b % 5 === 0) letter.answered = answered;
    else if (b % 5 === 1) answered.answers.add(letter);
    else if (b % 5 === 2) answered.answers.delete(letter);
    else if (b % 5 === 3) letter.answersId = null;
    else if (!this.#isNew(answered)) letter.answersId = answered.id;
  }

  /** By a foreign key of two columns. */
  setShelf(a: number, b: number): void {
    const [letter, shelf] = [this.#pick(Letter, a), this.#pick(Shelf, b)];
    if (!letter || !shelf) return;
    if (b % 5 === 0) letter.shelf = shelf;
    else if (b % 5 === 1) shelf.letters.add(letter);
    else if (b % 5 === 2) shelf.letters.delete(letter);
    else if (b % 5 === 3) letter.shelf = null;
    else [letter.room, letter.shelfNumber] = [shelf.room, shelf.number];
  }

  setPortrait(a: number, b: number): void {
    const [portrait, person] = [this.#pick(Portrait, a), this.#pick(Person, b)];
    if (!portrait || !person || !isLoaded(person, "portrait")) return;
    if (b % 3 === 0) portrait.person = person;
    else if (b % 3 === 1) person.portrait = portrait;
    else person.portrait = null;
  }

  label(a: number, b: number): void {
    const [letter, label] = [this.#pick(Letter, a), this.#pick(Label, b)];
    if (!letter || !label) return;
    if (b % 4 === 0) letter.labels.add(label);
    else if (b % 4 === 1) label.letters.add(letter);
    else if (b % 4 === 2) letter.labels.delete(label);
    else label.letters.delete(letter);
  }

  know(a: number, b: number): void {
    const [one, two] = [this.#pick(Person, a), this.#pick(Person, b)];
    if (!one || !two) return;
    if (b % 4 === 0) one.known.add(two);
    else if (b % 4 === 1) two.knownBy.add(one);
    else if (b % 4 === 2) one.known.delete(two);
    else two.knownBy.delete(one);
  }

  /** A collection takes other content. */
  assign(a: number, b: number): void {
    const [person, letter] = [this.#pick(Person, a), this.#pick(Letter, a)];
    if (b % 2 && person && isLoaded(person, "letters")) person.letters = this.#some(Letter, b) as never;
    if (b % 2 === 0 && letter && isLoaded(letter, "labels")) letter.labels = this.#some(Label, b) as never;
  }

  delete(a: number, b: number): void {
    const object = this.#pick(MODELS[b % MODELS.length], a);
    if (object) this.#session.delete(object);
  }

  expunge(a: number, b: number): void {
    const object = this.#pick(MODELS[b % MODELS.length], a);
    if (object) this.#session.expunge(object);
    this.#areSomeAway = true;
  }

  /** An object that has left comes back, unless another one has its row. */
  async comeBack(a: number): Promise<void> {
    const away = this.#objects.filter((each) => stateOf(each).owner === undefined);
    const object = away[a % away.length];
    if (!object) return;
    const isKnown = [...this.#tracked()].some((each) =>
      each.constructor === object.constructor &&
      mapKey(keyOf(stateOf(each).table, each)) === mapKey(keyOf(stateOf(object).table, object))
    );
    if (isKnown) return;
    await this.#settle();
    // what was changed while it was away is not what others may rely on
    if (stateOf(object).loaded) this.#session.add(object), this.#session.expire(object);
  }

  /** An object goes, and another one takes its row. */
  replace(a: number, b: number): void {
    const old = this.#pick(b % 3 === 0 ? Letter : b % 3 === 1 ? Label : Shelf, a);
    if (!old || this.#isNew(old)) return;
    this.#session.delete(old);
    if (old instanceof Letter) {
      this.#add(new Letter({ id: old.id, line: `taker ${b}`, personId: b % 2 ? old.personId : null }));
    } else if (old instanceof Label) this.#add(new Label({ name: old.name }));
    else this.#add(new Shelf({ room: old.room, number: old.number }));
  }

  /** A key changes, and with it the rows that refer to it. */
  async changeKey(a: number, b: number): Promise<void> {
    await this.flush();
    const object = b % 2 ? this.#pick(Label, a) : this.#pick(Shelf, a);
    if (object instanceof Label) object.name = `label ${this.#names++}`;
    else if (object instanceof Shelf) object.number = this.#names++;
    await this.flush();
  }

  async merge(a: number, b: number): Promise<void> {
    await this.#settle();
    const [letter, person] = [this.#pick(Letter, a), this.#pick(Person, b)];
    if (letter && b % 2) {
      const given = new Letter({ id: letter.id, line: `merged ${b}`, personId: person?.id ?? null });
      this.#track(await this.#session.merge(given));
    } else if (person) {
      const letters = b % 4 ? {} : { letters: [] };
      this.#track(await this.#session.merge(Person.create({ id: person.id, name: person.name, ...letters })));
    }
  }

  async flush(): Promise<void> {
    await this.#writes(() => this.#session.flush());
    await this.#compare();
  }

  async commit(): Promise<void> {
    if (!await this.#writes(() => this.#session.commit())) return;
    this.#savepoints = [];
    await this.#compare();
    await this.#session.commit();
  }

  async rollback(): Promise<void> {
    await this.#session.rollback();
    this.#savepoints = [];
    await this.#compare();
    await this.#session.rollback();
  }

  async beginNested(): Promise<void> {
    await this.#writes(async () => {
      this.#savepoints.push(await this.#session.beginNested());
    });
  }

  async commitNested(): Promise<void> {
    const last = this.#savepoints.at(-1);
    if (last && await this.#writes(() => last.commit())) this.#savepoints.pop();
    await this.#compare();
  }

  async rollbackNested(): Promise<void> {
    await this.#savepoints.pop()?.rollback();
    await this.#compare();
  }

  async load(a: number, b: number): Promise<void> {
    const load = b % 2 ? selectinload : joinedload;
    const people = select(Person).options(
      load("letters"),
      selectinload("portrait"),
      selectinload("known"),
      selectinload("phones"),
    );
    const letters = select(Letter).options(
      ...[load("answers", selectinload("answered")), load("labels")],
      ...[selectinload("person"), selectinload("shelf"), selectinload("enclosures")],
    );
    const statements = [
      people,
      letters,
      select(Label).options(load("letters")),
      select(Shelf).options(load("letters", selectinload("labels"))),
      select(Portrait).options(load("person", selectinload("knownBy"))),
    ];
    await this.#writes(async () => {
      await this.#session.scalars(statements[a % statements.length] as typeof people);
    });
    await this.#compare();
  }

  async refresh(a: number, b: number): Promise<void> {
    await this.#settle();
    const object = this.#pick(MODELS[b % MODELS.length], a);
    if (!object) return;
    if (b % 3 === 0) this.#session.expire(object);
    else await this.#session.refresh(object);
    await this.#compare();
  }

  /** A stream forgets the objects that it has brought. */
  async stream(a: number): Promise<void> {
    await this.#settle();
    const before = new Set(this.#tracked());
    for await (
      const letters of this.#session.streamScalars(select(Letter).options(selectinload("person"))).partitions(1 + a % 3)
    ) {
      for (const letter of letters) if (before.has(letter as never)) letter.line = `streamed ${a}`;
    }
    await this.#compare();
  }

  async reopen(a: number): Promise<void> {
    await this.#session.close();
    this.#session = this.#open();
    this.#objects = [];
    this.#savepoints = [];
    this.#areSomeAway = true;
    for (const model of MODELS) {
      if (a % 3) await this.#session.scalars(select(model as typeof Person));
    }
  }

  /** Begins with some rows: a history makes few. */
  async #populate(): Promise<void> {
    for (let index = 0; index < 3; index++) {
      this.addPerson();
      this.addLetter(index, index);
      this.addLetter(index, 1);
      this.addShelf(index);
      this.addPart(index, index);
    }
    this.addLabel(1);
    this.addLabel(6);
    this.addPortrait(0, 1);
    this.addPortrait(1, 0);
    await this.#session.commit();
  }

  #open(): Session {
    const session = this.getSession();
    session.events.on("load", ({ object }) => this.#track(object));
    return session;
  }

  #add(object: object): void {
    this.#session.add(object);
    this.#track(object);
  }

  #track(object: object): void {
    if (!this.#objects.includes(object as Entity)) this.#objects.push(object as Entity);
  }

  /** The objects in the session, also those that came in by a relation. */
  *#tracked(): Generator<Entity> {
    for (const object of this.#objects) if (stateOf(object).owner) yield object;
  }

  #all<M extends Model>(model: M): InstanceType<M>[] {
    return [...this.#tracked()].filter((each) =>
      each instanceof model && stateOf(each).status !== "deleted"
    ) as never[];
  }

  #pick<M extends Model>(model: M, index: number): InstanceType<M> | undefined {
    const all = this.#all(model);
    return all[index % all.length];
  }

  #some<M extends Model>(model: M, index: number): InstanceType<M>[] {
    return this.#all(model).filter((_, at) => (index >> at) % 2);
  }

  #isNew(object: object): boolean {
    return stateOf(object as Entity).status !== "persistent";
  }

  /** Flushes before something that would discard, or not see, what waits. */
  async #settle(): Promise<void> {
    await this.#writes(() => this.#session.flush());
  }

  /**
   * Does something that flushes, and compares the rows with what the objects said before.
   *
   * @returns false when it failed, as it had to; everything is rolled back then.
   */
  async #writes(work: () => Promise<unknown> | unknown): Promise<boolean> {
    const pending = [...this.#tracked()].map((entity) => stateOf(entity));
    const reasons = this.#reasonsToFail();
    try {
      await work();
    } catch (error) {
      const isDue = error instanceof IntegrityError || error instanceof UniqueCircleError
        ? reasons.isRepeated || reasons.areSomeAway || reasons.cascadesFurther && /fk_enclosures/.test(error.message)
        : error instanceof DetachedObjectError && reasons.isDangling;
      if (!isDue) throw error;
      await this.rollback();
      return false;
    }
    for (const { owner, status } of pending) assert(!owner || status !== "new", "an object was not inserted");
    return true;
  }

  #reasonsToFail() {
    const owners = this.#all(Portrait).map((each) =>
      each.personId ?? (each.personId === null ? null : stateOf(each as never).references.get("person")?.value)
    ).filter((owner) => owner !== null && owner !== undefined);
    const isRepeated = new Set(owners).size < owners.length;
    const isDangling = [...this.#tracked()].some((entity) =>
      stateOf(entity).references.values().some((reference) =>
        isCurrent(entity, reference) && !stateOf(reference.value!).owner && !stateOf(reference.value!).loaded
      )
    );
    // what the server deletes with a letter may have enclosures, which only the session would delete
    const cascadesFurther = [...this.#tracked()].some((each) =>
      each instanceof Letter && stateOf(each).status === "deleted"
    );
    return { isRepeated, isDangling, areSomeAway: this.#areSomeAway, cascadesFurther };
  }

  /** Compares relations and attributes with the rows. */
  async #compare(): Promise<void> {
    if (this.#session.new.size + this.#session.dirty.size + this.#session.deleted.size > 0) return;
    const tables = await readRows(this.#session, metadata.tables.values());
    await assertHeldRelations(this.#session, this.#objects, tables);
    for (const model of MODELS) {
      const { table } = model;
      const rows = new Map(tables.get(table)!.map((row) => [mapKey(keyOf(table, row)), row]));
      for (const entity of this.#tracked()) {
        if (!(entity instanceof model) || stateOf(entity).isExpired) continue;
        const row = rows.get(mapKey(keyOf(table, entity)));
        assert(row, `${model.name} ${keyOf(table, entity)} has no row`);
        const different = table.columns.filter((column) =>
          !isSame(column, entity[column.attribute], row[column.attribute])
        );
        assertEquals(
          different.map(({ attribute }) => [attribute, entity[attribute], row[attribute]]),
          [],
          `${model.name} ${keyOf(table, entity)}`,
        );
      }
    }
  }
}

function isLoaded(object: object, relation: string): boolean {
  try {
    [...(object as Record<string, Iterable<unknown>>)[relation] ?? []];
    return true;
  } catch (error) {
    if (error instanceof NotLoadedError) return false;
    if (error instanceof TypeError) return true; // one object
    throw error;
  }
}

const ACTIONS: (keyof RelationHistory)[] = [
  ...["addPerson", "addLetter", "addLetter", "addLabel", "addShelf", "addPortrait", "rename", "write"] as const,
  ...[
    "setPerson",
    "setPerson",
    "setAnswered",
    "setAnswered",
    "setShelf",
    "setPortrait",
    "label",
    "label",
    "know",
  ] as const,
  ...[
    "addPart",
    "setPart",
    "assign",
    "delete",
    "delete",
    "expunge",
    "comeBack",
    "replace",
    "changeKey",
    "merge",
    "load",
    "load",
  ] as const,
  ...["refresh", "stream", "reopen", "flush", "flush", "commit", "rollback"] as const,
  ...["beginNested", "commitNested", "rollbackNested"] as const,
];

/** Arbitrary histories. */
export const relationHistories: fc.Arbitrary<Action[]> = fc.array(
  fc.tuple(fc.constantFrom(...ACTIONS), fc.nat(7), fc.nat(11)),
  { minLength: 5, maxLength: 30, size: "max" },
);
