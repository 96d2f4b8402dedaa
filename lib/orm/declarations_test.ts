/** Declarations of models and relations that are refused: when they are made, at the latest when the class is used. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  declarativeBase,
  integer,
  InvalidModelError,
  manyToMany,
  manyToOne,
  oneToMany,
  oneToOne,
  select,
  text,
} from "../mod.ts";
import { keyValues } from "./session_options.ts";
import type { RelationDeclaration, RelationTarget } from "./relation.ts";

const id = integer().primaryKey();

/** Asserts that the definition of a model throws. */
function refused(define: (base: ReturnType<typeof declarativeBase>) => unknown, message: string) {
  assertThrows(() => define(declarativeBase()), InvalidModelError, message);
}

/** Asserts that a relation of a model throws when the first object is made. */
function relationRefused(relations: (toy: RelationTarget) => object, message: string) {
  const { model } = declarativeBase();
  class Toy extends model("toys", { id, ownerId: integer().references("owners.id"), name: text() }) {}
  class Owner extends model("owners", { id }) {
    static readonly relations = relations(() => Toy) as Record<string, RelationDeclaration>;
  }
  assertThrows(() => new Owner({ id: 1 }), InvalidModelError, `Model of table "owners": ${message}`);
}

Deno.test("lazy loading is refused with the reason, as are options that do not exist here", () => {
  const target = (() => undefined) as never;
  const options = (value: object) => value as never;
  assertThrows(
    () => oneToMany(target, options({ lazy: "select" })),
    TypeError,
    "oneToMany(): lazy is 'select'; it must be left out: nothing is loaded when an attribute is read, because that "
      .replaceAll("'", '"') +
      "cannot wait for a query; load says how every query loads the relation, selectinload() and joinedload() how one does.",
  );
  assertThrows(
    () => manyToOne(target, options({ load: "lazy" })),
    RangeError,
    'manyToOne(): load is "lazy"; it must be "selectin" or "joined": nothing is loaded implicitly.',
  );
  assertThrows(
    () => oneToMany(target, options({ cascade: "all, delete-orphan" })),
    RangeError,
    'oneToMany(): cascade is "all, delete-orphan"; it must be one of delete, deleteOrphan.',
  );
  assertThrows(() => manyToOne(target, options({ cascade: "delete" })), TypeError, 'there is no option "cascade"');
  assertThrows(() => oneToOne(target, options({ foreignkey: "x" })), TypeError, 'did you mean "foreignKey"?');
  assertThrows(
    () => oneToMany(target, options({ backref: "x" })),
    TypeError,
    "declare the relation of the other model",
  );
  assertThrows(
    () => manyToMany(target, options({ secondary: class Link {} })),
    TypeError,
    "it must be an association table, made by associationTable()",
  );
  assertThrows(
    () => manyToOne("Toy" as never),
    TypeError,
    "takes a function that returns the model: manyToOne(() => Toy)",
  );
});

Deno.test("a model does not inherit from another one: a row has one class", () => {
  const { model } = declarativeBase();
  class User extends model("users", { id }) {}
  class Admin extends User {}
  class Team extends model("teams", { id, adminId: integer().references("users.id") }) {
    static readonly relations = { admin: manyToOne(() => Admin) };
  }
  const message =
    'Model of table "users": Admin extends User, but a model cannot inherit from another one: nothing in ' +
    'a row says of which class it is. Let Admin extend a model(…) of its own, with a foreign key to "users", or give ' +
    "User a column for what differs.";
  for (
    const use of [() => new Admin({ id: 1 }), () => select(Admin), () => keyValues(Admin, 1), () => new Team({ id: 1 })]
  ) {
    assertThrows(use, InvalidModelError, message);
  }
  assertEquals(new User({ id: 1 }).id, 1);
  const plain = model("plain", { id });
  assertEquals(new plain({ id: 1 }).id, 1);
});

Deno.test("a table has no option for inheritance, and none that is misspelt", () => {
  const { model } = declarativeBase();
  const options = (value: object) => value as never;
  assertThrows(() => model("users", { id }, options({ polymorphicOn: "kind" })), TypeError, "a row has one class");
  assertThrows(() => model("users", { id }, options({ uniqe: [["id"]] })), TypeError, 'did you mean "unique"?');
});

Deno.test("a model without columns, or without a primary key", () => {
  refused(
    ({ model }) => model("toys", {}),
    'Model of table "toys": it has no primary key: mark a column with .primaryKey()',
  );
  refused(({ model }) => model("toys", { name: text() }), "it has no primary key");
});

Deno.test("a reference to a table or a column that does not exist", () => {
  refused(
    ({ model }) => {
      model("toys", { id, name: text() });
      model("owners", { id, toyId: integer().references("toys.nope") });
    },
    'Model of table "owners": "toyId" refers to "toys.nope", but "toys" has no such column: its columns are: id, name.',
  );
  refused(
    ({ model }) => model("nodes", { id, parentId: integer().references("nodes.idd") }),
    '"nodes" has no such column: did you mean "nodes.id"?',
  );
  const { model } = declarativeBase();
  class Owner extends model("owners", { id, toyId: integer().references("toys.id") }) {}
  assertThrows(
    () => new Owner({ id: 1 }),
    InvalidModelError,
    '"toyId" refers to "toys.id", which is no column of a known table; the tables are: owners',
  );
});

Deno.test("a table whose definition failed can be defined again", () => {
  const { model } = declarativeBase();
  // @ts-expect-error: no such column
  assertThrows(() => model("nodes", { id, parentId: integer().references("nodes.idd") }), InvalidModelError);
  assertEquals(model("nodes", { id, parentId: integer().references("nodes.id") }).table.columns.length, 2);
});

Deno.test("a misspelt foreign key", () => {
  relationRefused(
    (toy) => ({ toys: oneToMany(toy, { foreignKey: "ownerid" }) }),
    'for the relation "toys" "ownerid" is no foreign key from "toys" to "owners": did you mean "ownerId"?',
  );
  relationRefused(
    (toy) => ({ toys: oneToMany(toy, { foreignKey: "name" }) }),
    'for the relation "toys" "name" is no foreign key from "toys" to "owners": there are: "ownerId".',
  );
});

Deno.test("a oneToOne whose foreign key is not unique", () => {
  relationRefused(
    (toy) => ({ toy: oneToOne(toy) }),
    'the relation "toy" is to one object, but "ownerId" of "toys" may occur in several rows: make it unique, or ' +
      "declare a oneToMany.",
  );
});

Deno.test("what is no relation, or leads to no model", () => {
  relationRefused(() => ({ toys: () => undefined }), 'the relation "toys" must be made by manyToOne(), oneToMany()');
  relationRefused(
    () => ({ toys: oneToMany((() => Date) as never) }),
    'the relation "toys" refers to [Function: Date], not to a model.',
  );
});

Deno.test("names that every object has", () => {
  for (const name of ["constructor", "toString", "hasOwnProperty"]) {
    refused(({ model }) => model("toys", { id, [name]: text() }), `a column cannot be named "${name}"`);
    relationRefused(
      (toy) => ({ [name]: oneToMany(toy) }),
      `a relation cannot be named "${name}", which every object has: rename it.`,
    );
  }
  refused(({ model }) => model("toys", { id, __proto__: text() } as never), 'one is named "__proto__": rename it');
  refused(({ associationTable }) => associationTable("toys", { __proto__: text() } as never), "__proto__");
  relationRefused(
    (toy) => ({ __proto__: oneToMany(toy) }),
    'its relations are no plain object, or one is named "__proto__"',
  );
});
