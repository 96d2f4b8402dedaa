import { assertEquals } from "@std/assert";
import { isUsable, systemFolder } from "./paths.ts";

Deno.test("on Windows a name in letters that not every code page has needs a second place, which every one can write", () => {
  assertEquals(isUsable("C:\\Users\\sandy\\workbook (1)\\.data", "windows"), true);
  for (const name of ["Jörg", "Σάντυ", "サンディ", "100% sandy"]) {
    assertEquals(isUsable(`C:\\Users\\${name}\\workbook\\.data`, "windows"), false);
  }
  const place = systemFolder("windows", (name) => name === "ProgramData" ? "D:\\ProgramData" : undefined);
  assertEquals([place, isUsable(place, "windows")], ["D:/ProgramData", true]);
  assertEquals(systemFolder("windows", () => undefined), "C:/ProgramData");
});

Deno.test("elsewhere only what a shell reads between double quotes does", () => {
  for (const name of ["a #b?c %41 ü (1)", "it's", "サンディ"]) {
    assertEquals(isUsable(`/home/${name}/.data`, "linux"), true);
  }
  for (const name of ["$HOME", 'so "called"', "`date`", "a\\b"]) {
    assertEquals(isUsable(`/home/${name}/.data`, "linux"), false);
  }
  assertEquals(isUsable(systemFolder("linux"), "linux"), true);
});
