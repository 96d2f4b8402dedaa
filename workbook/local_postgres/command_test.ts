import { assertEquals, assertMatch } from "@std/assert";
import { explainExit } from "./command.ts";

Deno.test("where Windows says that a library is missing, the cure is the Visual C++ runtime", () => {
  for (const code of [0xC0000135, 3_221_225_781, -1_073_741_515, 0xC0000139]) {
    assertMatch(explainExit(code)!, /Visual C\+\+ runtime.*`winget install Microsoft\.VCRedist\.2015\+\.x64`/);
  }
});

Deno.test("other exit codes are the program's own", () => {
  assertEquals([0, 1, 127, 255, 0xC0000005].map(explainExit), Array(5).fill(undefined));
});
