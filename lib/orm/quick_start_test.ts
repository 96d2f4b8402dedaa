/**
 * The ideas of SQLAlchemy's ORM quick start (https://docs.sqlalchemy.org/en/20/orm/quickstart.html), in its order and
 * in this library: users and their addresses are declared, created, added, selected, joined, changed and deleted.
 */
import { assertEquals } from "@std/assert";
import {
  createEngine,
  declarativeBase,
  identity,
  integer,
  manyToOne,
  oneToMany,
  type Related,
  select,
  selectinload,
  sessionmaker,
  text,
  varchar,
} from "../mod.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { onDriver } from "../../testing/ways.ts";

const database = testDatabase(import.meta.url);
const { model, metadata } = declarativeBase();

class User extends model("user_account", {
  id: identity().primaryKey(),
  name: varchar(30),
  fullName: text().nullable(),
}) {
  declare addresses: Related<Address>;
  static relations = { addresses: oneToMany(() => Address) };
}

class Address extends model("address", {
  id: identity().primaryKey(),
  email: text(),
  // the server deletes the addresses of a deleted user: SQLAlchemy's cascade="all, delete-orphan" does it in Python
  userId: integer().references("user_account.id", { onDelete: "cascade" }),
}) {
  declare user: User | null;
  static relations = { user: manyToOne(() => User) };
}

/** An address of nobody yet: the relation gives `userId`. */
const address = (email: string) => new Address({ email });

for (const driver of ["pg", "postgres", "libpq"]) {
  database.test(`${driver}: the quick start, from models to deleted rows`, async (url, t) => {
    await using engine = createEngine(onDriver(url, driver));
    const getSession = sessionmaker(engine);

    await t.step("tables are created from the models", async () => {
      await engine.begin(async (connection) => {
        await metadata.dropAll(connection);
        await metadata.createAll(connection);
      });
    });

    await t.step("objects are added with what belongs to them, and committed together", async () => {
      await using session = getSession();
      const squidward = User.create({
        name: "squidward",
        fullName: "Squidward Tentacles",
        addresses: [address("s@sea")],
      });
      const pearl = User.create({ name: "pearl", addresses: [address("pearl@sea"), address("pearl@mall")] });
      const larry = new User({ name: "larry", fullName: "Larry the Lobster" });
      session.addAll([squidward, pearl, larry]);
      await session.commit();
      assertEquals([squidward, pearl, larry].map(({ id }) => id).sort(), [1, 2, 3]);
      assertEquals([...pearl.addresses].map(({ userId }) => userId), [pearl.id, pearl.id]);
    });

    await using session = getSession();

    await t.step("a simple SELECT gives objects to iterate over", async () => {
      const statement = select(User).where("name", "in", ["squidward", "pearl"]).orderBy("name");
      const names: string[] = [];
      for (const user of await session.scalars(statement)) names.push(user.name);
      assertEquals(names, ["pearl", "squidward"]);
    });

    const pearlsAddress = select(Address).join("user").where("user.name", "=", "pearl").where(
      "email",
      "=",
      "pearl@sea",
    );
    await t.step("a SELECT with JOIN follows a relation", async () => {
      assertEquals((await session.scalars(pearlsAddress)).one().email, "pearl@sea");
    });

    await t.step("changes are collected, and written by the commit", async () => {
      const larry = (await session.scalars(select(User).where("name", "=", "larry"))).one();
      larry.addresses.add(address("larry@gym")); // it need not be loaded for that
      const pearls = (await session.scalars(pearlsAddress)).one();
      pearls.email = "pearl@whale";
      await session.commit();
      const emails = await session.scalars(select(Address).orderBy("email").columns("email"));
      assertEquals(emails.all(), ["larry@gym", "pearl@mall", "pearl@whale", "s@sea"]);
    });

    await t.step("deletes: one address of a user, then a user with all that belongs to it", async () => {
      const withAddresses = select(User).where("name", "=", "pearl").options(selectinload("addresses"));
      const pearl = (await session.scalars(withAddresses)).one();
      session.delete([...pearl.addresses].find(({ email }) => email === "pearl@whale")!);
      await session.flush();
      session.delete((await session.scalars(select(User).where("name", "=", "larry"))).one());
      await session.commit();
      const left = await session.scalars(select(Address).join("user").orderBy("user.name").columns("email"));
      assertEquals(left.all(), ["pearl@mall", "s@sea"]);
      assertEquals((await session.scalars(select(User))).all().length, 2);
    });
  });
}
