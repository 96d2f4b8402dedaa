/** Methods of models, as users of SQLAlchemy write them: class methods that query, and methods that use relations. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  declarativeBase,
  identity,
  integer,
  manyToOne,
  oneToMany,
  type Related,
  type Select,
  select,
  selectinload,
  type Session,
  type SyncSession,
  text,
} from "../mod.ts";
import { EVERY_SESSION, sessionTest } from "../../testing/fixture.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const { model, metadata } = declarativeBase();

class Hero
  extends model("heroes", { id: identity().primaryKey(), name: text(), teamId: integer().references("teams.id") }) {
  declare team: Team | null;
  static relations = { team: manyToOne(() => Team) };

  /** A query is a value: what returns one works in both kinds of sessions. */
  static named(name: string): Select<typeof Hero> {
    return select(this).where("name", "=", name).options(selectinload("team"));
  }

  static async byName(session: Session, name: string): Promise<Hero | null> {
    return await session.scalar(Hero.named(name));
  }

  static byNameSync(session: SyncSession, name: string): Hero | null {
    return session.scalar(Hero.named(name));
  }

  /** For an awaiting session or a blocking one: the result is that of the session. */
  static getFrom<Found>(session: { get(model: typeof Hero, id: number): Found }, id: number): Found {
    return session.get(this, id);
  }

  get label(): string {
    return `${this.name} of ${this.team?.name}`;
  }

  async rename(session: Session, name: string): Promise<this> {
    this.name = name;
    await session.flush();
    return this;
  }
}

class Team extends model("teams", { id: identity().primaryKey(), name: text() }) {
  declare heroes: Related<Hero>;
  static relations = { heroes: oneToMany(() => Hero) };

  /** A constructor by another name. */
  static of(name: string, ...heroes: string[]): Team {
    return Team.create({ name, heroes: heroes.map((name) => new Hero({ name } as never)) });
  }

  get names(): string[] {
    return [...this.heroes].map(({ name }) => name).sort();
  }
}

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata);

  test("class methods query, and give objects with their methods", async ({ getSession, sent }) => {
    const team = Team.of("red", "sandy", "gary");
    assertEquals(team.names, ["gary", "sandy"]);
    await getSession.begin((session) => session.add(team));
    await using session = getSession();
    sent.length = 0;
    const blocking = session as unknown as SyncSession;
    const sandy = driver === "blocking" ? Hero.byNameSync(blocking, "sandy") : await Hero.byName(session, "sandy");
    assertEquals([sandy?.label, sent], ["sandy of red", ["BEGIN", "SELECT", "SELECT"]]);
    assertStrictEquals(await Hero.getFrom(session, sandy!.id), sandy);
    assertEquals((await session.scalars(Hero.named("nobody").orderBy("id"))).all(), []);
    assertEquals((await sandy!.rename(session, "Sandy")).label, "Sandy of red");
    await session.commit();
  });
}

Deno.test("types: what class methods return is known in both kinds of sessions", () => {
  const neverCalled = (session: Session, blocking: SyncSession) => {
    const later: Promise<Hero | null> = Hero.byName(session, "sandy");
    const now: Hero | null = Hero.byNameSync(blocking, "sandy");
    const found: Promise<Hero | null> = Hero.getFrom(session, 1);
    const foundNow: Hero | null = Hero.getFrom(blocking, 1);
    const label: string | undefined = now?.label;
    // @ts-expect-error a blocking session is not awaited
    Hero.byName(blocking, "sandy");
    // @ts-expect-error a name is a text
    Hero.named(1);
    // @ts-expect-error a method is not a column
    Hero.named("sandy").where("label", "=", "x");
    return [later, found, foundNow, label];
  };
  assertEquals(typeof neverCalled, "function");
});
