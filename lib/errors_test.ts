import { assertEquals } from "@std/assert";
import { EngineError } from "./base/error.ts";
import { permittedTest } from "../testing/permitted.ts";

const root = new URL("./", import.meta.url);
const readingTest = (name: string, fn: () => Promise<void>) => permittedTest("read", name, fn);

type ErrorClass = typeof EngineError;

const isErrorClass = (value: unknown): value is ErrorClass =>
  value === EngineError || typeof value === "function" && value.prototype instanceof EngineError;

readingTest("ERRORS.md lists every error class with its code, and no other", async () => {
  const classes = await exportedErrors();
  const listed = await rows(/^\| `([A-Z_]+)` +\| `(\w+)` +\| ([^|]*\S) +\| ([^|]*\S) +\|$/gm);
  assertEquals(
    listed.map(([code, name]) => `${code} ${name}`).sort(),
    [...classes].map(([name, { code }]) => `${code} ${name}`).sort(),
  );
});

readingTest("every error class sets a code of its own", async () => {
  const classes = [...await exportedErrors()];
  const inherited = classes.filter(([, errorClass]) => !Object.hasOwn(errorClass, "code")).map(([name]) => name);
  assertEquals(inherited, []);
  const names = Map.groupBy(classes, ([, { code }]) => code).values().map((same) => same.map(([name]) => name));
  assertEquals([...names].filter(({ length }) => length > 1), []);
});

readingTest("every class that extends an error of the library is exported", async () => {
  const classes = await exportedErrors();
  const missing: string[] = [];
  for (const [path, source] of await sources()) {
    for (const [, name, base] of source.matchAll(/^\s*(?:export )?(?:abstract )?class (\w+) extends (\w+)/gm)) {
      if (classes.has(base) && !classes.has(name)) missing.push(`${path}: ${name}`);
    }
  }
  assertEquals(missing, []);
});

readingTest("what is thrown has a code, is a TypeError or a RangeError, or does not leave the library", async () => {
  const classes = await exportedErrors();
  const thrown = (await sources()).entries().flatMap(([path, source]) =>
    source.matchAll(/^\s*(?!\*|\/\/|[`"]).*\bthrow (?:\w+ \? )?new (\w+)/gm).map(([, name]) => `${name} ${path}`)
  );
  const others = [...new Set(thrown)].filter((line) => {
    const [name, path] = line.split(" ");
    if (path === "migrate/templates.ts") return false; // the text of a file that is written
    return !classes.has(name) && name !== "TypeError" && name !== "RangeError";
  });
  const listed = await rows(/^\| `(\w+)` +\| `([\w/]+\.ts)` +\|/gm);
  assertEquals(others.sort(), listed.map(([name, path]) => `${name} ${path}`).sort());
});

Deno.test("an error has the code of its class; a subclass without one has that of its base", () => {
  class Refused extends EngineError {
    static override readonly code: string = "REFUSED";
  }
  class RefusedTwice extends Refused {}
  assertEquals(new Refused("no").code, "REFUSED");
  assertEquals(new RefusedTwice("no").code, "REFUSED");
  assertEquals(Deno.inspect(new Refused("no")).includes("code"), false, "the message is enough for a person");
});

/** The error classes that the modules of the library export, by name. */
async function exportedErrors(): Promise<Map<string, ErrorClass>> {
  const found = new Map<string, ErrorClass>();
  for (const [path, source] of await sources()) {
    if (!/\bclass \w+ extends \w/.test(source)) continue;
    for (const [name, value] of Object.entries(await import(new URL(path, root).href))) {
      if (isErrorClass(value)) found.set(name, value);
    }
  }
  return found;
}

/** The text of every module of the library that is no test, by path below `lib/`. */
async function sources(folder = ""): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder || ".", root))) {
    const path = folder + name;
    if (isDirectory) { for (const [inner, text] of await sources(`${path}/`)) found.set(inner, text); }
    else if (/(?<!_test)\.ts$/.test(name)) found.set(path, await Deno.readTextFile(new URL(path, root)));
  }
  return found;
}

async function rows(pattern: RegExp): Promise<string[][]> {
  const text = await Deno.readTextFile(new URL("ERRORS.md", root));
  return Array.from(text.matchAll(pattern), ([, ...cells]) => cells);
}
