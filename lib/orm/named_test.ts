/** Tables and columns whose names in the database are not those of the program: capitals, blanks, JavaScript's members. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  createEngine,
  declarativeBase,
  identity,
  integer,
  InvalidModelError,
  joinedload,
  manyToMany,
  manyToOne,
  oneToMany,
  type Related,
  select,
  selectinload,
  sessionmaker,
  sql,
  sqlType,
  text,
} from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const { model, associationTable, metadata } = declarativeBase();

const userTag = associationTable("user_tags", {
  userId: integer().named("userID").references("User.userId"),
  tagId: integer().named("tag ID").references("Tag.ID"),
}, { named: "UserTag" });

class User extends model("users", {
  userId: identity().primaryKey().named("userId"),
  userName: text().named("user Name").unique(),
  make: text().named("constructor"),
  wage: sqlType("money").named("Wage.in $").nullable(),
  low: text().named("LOW").generatedAs(sql(`lower("user Name")`)),
}, { named: "User", comment: "as Prisma calls it", indexes: [["make", "userName"]] }) {
  static readonly relations = {
    toys: oneToMany(() => Toy),
    tags: manyToMany(() => Tag, { secondary: userTag }),
  };
  declare toys: Related<InstanceType<typeof Toy>>;
  declare tags: Related<InstanceType<typeof Tag>>;
}
class Toy extends model("toys", {
  id: identity().primaryKey().named("Id"),
  name: text().named("userName"),
  ownerId: integer().named("ownerID").references("User.userId"),
}, { named: "toy box", schema: "trade" }) {
  static readonly relations = { owner: manyToOne(() => User) };
  declare owner: InstanceType<typeof User>;
}
class Tag extends model("tags", { id: integer().primaryKey().named("ID"), userName: text() }, { named: "Tag" }) {}
database.test("rows are written and read, related ones by every loader and join", async (url) => {
  await using engine = createEngine(url);
  await engine.begin((connection) => metadata.createAll(connection));
  const made = sessionmaker(engine);
  await made.begin((session) => {
    const [sandy, gary] = ["Sandy", "Gary"].map((userName) => new User({ userName, make: "sea", wage: "$2.00" }));
    session.addAll([sandy, gary]);
    session.addAll(
      [new Toy({ name: "car" }), new Toy({ name: "ball" })].map((toy) => Object.assign(toy, { owner: sandy })),
    );
    sandy.tags.add(new Tag({ id: 7, userName: "fast" }));
    return Promise.resolve();
  });
  await made.begin(async (session) => {
    const all = select(User).options(selectinload("toys"), selectinload("tags")).orderBy("userName");
    const users = (await session.scalars(all)).all();
    assertEquals(users.map(({ userId, userName, make, wage, low }) => [userId, userName, make, wage, low]), [
      [2, "Gary", "sea", "$2.00", "gary"],
      [1, "Sandy", "sea", "$2.00", "sandy"],
    ]);
    assertEquals(users[1].toys.all().map(({ name, ownerId }) => [name, ownerId]), [["car", 1], ["ball", 1]]);
    assertEquals(users[1].tags.all().map(({ userName }) => userName), ["fast"]);
    for (const user of users) user.make = "land";
    users[0].userName = "Gary!";
    await session.flush();
    assertEquals(users[0].low, "gary!");
  });
  await made.begin(async (session) => {
    const joined = select(User).options(joinedload("toys"), joinedload("tags")).where("users.make", "=", "land").limit(
      1,
    );
    const [sandy] = (await session.scalars(joined.orderBy("low", "desc"))).unique().all();
    assertEquals([sandy.userName, sandy.toys.size, sandy.tags.size], ["Sandy", 2, 1]);
    const byToy = select(User).join("toys").where("toys.name", "=", "ball").columns("userName", "toys.name", "wage");
    assertEquals((await session.execute(byToy)).all(), [{ userName: "Sandy", "toys.name": "ball", wage: "$2.00" }]);
    const byTag = select(User).join("tags").where("tags.userName", "=", "fast").withForUpdate();
    assertEquals((await session.scalars(byTag)).all().map(({ userName }) => userName), ["Sandy"]);
    const toys = select(Toy).options(selectinload("owner")).join("owner").where("owner.userName", "like", "S%");
    const [toy] = (await session.scalars(toys.orderBy("name"))).all();
    assertEquals([toy.name, toy.owner.make], ["ball", "land"]);
    const raw = select(User).fromStatement(`SELECT * FROM "User" WHERE "user Name" = $1`, ["Sandy"]);
    assertEquals((await session.scalars(raw)).all(), [sandy]);
    for (const each of sandy.toys.all()) session.delete(each);
    sandy.tags.delete(sandy.tags.all()[0]);
    await session.flush();
    session.delete(sandy);
  });
  await made.begin(async (session) => assertEquals((await session.scalars(select(User))).all().length, 1));
  await engine.begin((connection) => metadata.dropAll(connection));
});

Deno.test("names that cannot be are refused with the cure", () => {
  const refused = (make: () => unknown, problem: string) => assertThrows(make, InvalidModelError, problem);
  const id = integer().primaryKey();
  // @ts-expect-error: a name of Object.prototype
  refused(() => model("a", { id, constructor: text() }), `rename the attribute, and add .named("constructor")`);
  refused(() => model("b", { id }, { named: "a.b" }), "a table cannot have a name with a dot");
  refused(() => model("c", { id, a: text().named("ID"), b: text().named("ID") }), `"a" and "b" map to one column, ID`);
  refused(() => model("userToys", { id }), "another name is given by { named }");
  refused(() => model("d", { id, a: text().named("ä".repeat(40)) }), "is longer than 63 bytes");
});
