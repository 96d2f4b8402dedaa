import { assertEquals } from "@std/assert";
import { adopt } from "../commands.ts";
import { makeMigrations, scratch } from "../../../testing/migrations.ts";
import { testDatabase } from "../../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

const TABLES = `
CREATE TABLE language (code text PRIMARY KEY);
CREATE TABLE area_alias (id integer PRIMARY KEY, parent integer REFERENCES area_alias);
CREATE TABLE event (id integer PRIMARY KEY, previous integer REFERENCES event);
CREATE TABLE map (id integer PRIMARY KEY, parent integer REFERENCES map);
CREATE TABLE medium (id integer PRIMARY KEY, language text NOT NULL REFERENCES language);
CREATE TABLE mirror (id integer PRIMARY KEY REFERENCES medium);
CREATE TABLE track (
  id integer PRIMARY KEY, medium integer NOT NULL REFERENCES medium, old_medium integer REFERENCES medium,
  event_id integer REFERENCES event, event text);
CREATE TABLE visit (id integer PRIMARY KEY, track_id integer, track integer REFERENCES track);
CREATE TABLE track_area (track integer REFERENCES track, area integer REFERENCES area_alias, PRIMARY KEY (track, area));
`;

database.test("a relation has the name of its column, whose attribute gets an ending", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await engine.begin((connection) => connection.execute(TABLES));
  await using folder = await makeMigrations();
  const { models, differences } = await adopt(engine, folder.directory);
  assertEquals(differences, []);
  const lines = (await Deno.readTextFile(models)).split("\n");
  const told = lines.filter((line) => /^export class|^const| declare |named\(/.test(line));
  assertEquals(told.map((line) => line.trim()), [
    'const trackArea = associationTable("track_area", {',
    'export class AreaAlias extends model("area_alias", {',
    'parentId: integer().named("parent").nullable().references("area_alias.id"),',
    "declare parent: AreaAlias | null;",
    "declare children: Related<AreaAlias>;",
    "declare tracks: Related<Track>;",
    'export class EventRow extends model("event", {',
    'previousId: integer().named("previous").nullable().references("event.id"),',
    "declare previous: EventRow | null;",
    "declare eventsAsPrevious: Related<EventRow>;",
    "declare tracks: Related<Track>;",
    'export class Language extends model("language", {',
    "declare mediums: Related<Medium>;",
    'export class MapRow extends model("map", {',
    'parentId: integer().named("parent").nullable().references("map.id"),',
    "declare parent: MapRow | null;",
    "declare children: Related<MapRow>;",
    'export class Medium extends model("medium", {',
    'languageCode: text().named("language").references("language.code"),',
    "declare language: Language;",
    "declare mirror: Mirror | null;",
    "declare tracksAsOldMedium: Related<Track>;",
    "declare tracksAsMedium: Related<Track>;",
    'export class Mirror extends model("mirror", {',
    "declare medium: Medium;",
    'export class Track extends model("track", {',
    'mediumId: integer().named("medium").references("medium.id"),',
    'oldMediumId: integer().named("old_medium").nullable().references("medium.id"),',
    "declare oldMedium: Medium | null;",
    "declare medium: Medium;",
    "declare relatedEvent: EventRow | null;",
    "declare visits: Related<Visit>;",
    "declare areaAliases: Related<AreaAlias>;",
    'export class Visit extends model("visit", {',
    "declare relatedTrack: Track | null;",
  ]);
});

database.test("a relation names its foreign key where one of several columns leads to the same table", async (url) => {
  const { engine } = await scratch(url);
  await using _engine = engine;
  await engine.begin((connection) =>
    connection.execute(`
CREATE TABLE shop (id integer PRIMARY KEY, tenant integer NOT NULL, UNIQUE (tenant, id));
CREATE TABLE toy (
  id integer PRIMARY KEY, tenant integer, shop_id integer REFERENCES shop,
  FOREIGN KEY (tenant, shop_id) REFERENCES shop (tenant, id));`)
  );
  await using folder = await makeMigrations();
  const { models, differences } = await adopt(engine, folder.directory);
  assertEquals(differences, []);
  const lines = (await Deno.readTextFile(models)).split("\n").map((line) => line.trim());
  assertEquals(lines.filter((line) => /^(static relations|shop:|toys)/.test(line)), [
    'static relations = { toysAsShop: oneToMany(() => Toy, { foreignKey: "shopId" }) };',
    'static relations = { shop: manyToOne(() => Shop, { foreignKey: "shopId" }) };',
  ]);
});
