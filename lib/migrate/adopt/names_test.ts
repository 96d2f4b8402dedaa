import { assertEquals } from "@std/assert";
import {
  attributeName,
  className,
  freeName,
  keyAttribute,
  nounOf,
  plural,
  relationNames,
  singular,
  tableWord,
  variableName,
} from "./names.ts";

const free: ReadonlySet<string> = new Set();

Deno.test("a class is named in the singular, in PascalCase", () => {
  const names = {
    articles: "Article",
    article_tags: "ArticleTag",
    "User": "User",
    "OrderLines": "OrderLine",
    "order lines": "OrderLine",
    categories: "Category",
    movies: "Movie",
    addresses: "Address",
    status: "Status",
    news: "News",
    diagnoses: "Diagnosis",
    houses: "House",
    statuses: "Status",
    people: "Person",
    HTTPRequests: "HttpRequest",
    "2024_sales": "Table2024Sale",
    "—": "Table",
    straßen: "Straßen",
    area_alias: "AreaAlias",
    iso_3166_1: "Iso3166_1",
  };
  assertEquals(Object.fromEntries(Object.keys(names).map((table) => [table, className(table, free)])), names);
});

Deno.test("a class has no name of JavaScript's, and none that another has", () => {
  assertEquals(["maps", "event", "date", "objects"].map((table) => className(table, free)), [
    "MapRow",
    "EventRow",
    "DateRow",
    "ObjectRow",
  ]);
  assertEquals(className("user", new Set(["User", "User2"])), "User3");
});

Deno.test("a table is called by its name, or by a word in snake_case", () => {
  const names = ["user_toy", "User", "OrderLines", "order lines", "Ärger"];
  assertEquals(names.map((table) => tableWord(table, free)), [
    "user_toy",
    "user",
    "order_lines",
    "order_lines",
    "ärger",
  ]);
  assertEquals(tableWord("User", new Set(["user"])), "user2");
});

Deno.test("an attribute is named in camelCase; a name that every object has gets an ending", () => {
  const names = [
    ["created_at", "createdAt"],
    ["userName", "userName"],
    ["URL", "url"],
    ["order by", "orderBy"],
    ["area_m2", "areaM2"],
    ["_hidden", "hidden"],
    ["class", "class"],
    ["constructor", "constructorColumn"],
    ["toString", "toStringColumn"],
    ["__proto__", "proto"],
    ["hasOwnProperty", "hasOwnPropertyColumn"],
    ["1st", "column1st"],
    ["%", "column"],
  ];
  assertEquals(names.map(([column]) => [column, attributeName(column, free)]), names);
  assertEquals(attributeName("user name", new Set(["userName"])), "userName2");
});

Deno.test("a variable is no word of the language", () => {
  assertEquals(["user_toy", "new", "enum"].map((name) => variableName(name, free)), ["userToy", "newType", "enumType"]);
});

Deno.test("words have a singular and a plural", () => {
  const words = {
    category: "categories",
    box: "boxes",
    branch: "branches",
    key: "keys",
    series: "series",
    child: "children",
    alias: "aliases",
    metadata: "metadata",
  };
  assertEquals(Object.keys(words).map((word) => plural(word)), Object.values(words));
  assertEquals(Object.values(words).map(singular), Object.keys(words));
  assertEquals(["ArticleTag", "Person", "Analysis"].map(plural), ["articleTags", "people", "analyses"]);
});

Deno.test("a foreign key with the name of its relation gets the ending of the key it refers to", () => {
  const names = [["medium", "id"], ["film", "filmId"], ["language", "code"], ["author", "name"]];
  assertEquals(names.map(([name, referred]) => keyAttribute(name, referred)), [
    "mediumId",
    "filmId",
    "languageCode",
    "authorName",
  ]);
  assertEquals(keyAttribute("mediumId", "id"), undefined);
  assertEquals(keyAttribute("country", "country"), undefined);
});

Deno.test("a relation is named after its key, or after the other model", () => {
  const first = (...args: Parameters<typeof relationNames>) => relationNames(...args)[0];
  assertEquals(first("authorId", "User", "id", true), "author");
  assertEquals(first("sender", "User", "id", true), "user");
  assertEquals(first("sender", "User", "id", false), "senderUser");
  assertEquals(first("storeKey", "DimStore", "storeKey", true), "store");
  assertEquals(first("sailNo", "Boat", "sailNo", true), "boat");
  assertEquals(first("when", "EventRow", "id", true), "event");
  assertEquals(["EventRow", "MatrixRow"].map(nounOf), ["Event", "MatrixRow"]);
});

Deno.test("a relation whose name is taken gets the next that suits, and a number only at last", () => {
  const names = relationNames("artistId", "Artist", "id", true);
  assertEquals(freeName(names, new Set(["artist"])), "relatedArtist");
  assertEquals(freeName(names, new Set(["artist", "relatedArtist"])), "artist2");
  assertEquals(freeName(["constructor", "builder"], free), "builder");
});
