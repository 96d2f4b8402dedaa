import { assertEquals, assertMatch } from "@std/assert";
import { judgeVersion, SUPPORTED } from "./supported_versions.ts";
import { permittedTest } from "../testing/permitted.ts";

Deno.test("every version from 14 to 18 is supported", () => {
  assertEquals(SUPPORTED, { from: 14, to: 18 });
  for (const version of ["14.0", "15.14", "16.4", "17rc1", "18.4"]) {
    assertEquals(judgeVersion(version), { isUsable: true });
  }
});

Deno.test("an older one is refused with what to do, a newer one is used and called untested", () => {
  const { isUsable, advice } = judgeVersion("13.22");
  assertEquals(isUsable, false);
  assertMatch(advice!, /is PostgreSQL 13\.22; .* runs on PostgreSQL 14 to 18\. .*unset it/);
  assertEquals(judgeVersion("19beta1"), {
    isUsable: true,
    advice: "PostgreSQL 19beta1 is untested: the workbook is tried on PostgreSQL 14 to 18.",
  });
});

permittedTest("read", `the README and the workflow name the same versions`, async () => {
  const read = (path: string) => Deno.readTextFile(new URL(`../${path}`, import.meta.url));
  assertMatch(await read("README.md"), new RegExp(`PostgreSQL ${SUPPORTED.from} to ${SUPPORTED.to}`));
  const all = Array.from({ length: SUPPORTED.to - SUPPORTED.from + 1 }, (_, n) => SUPPORTED.from + n).join(", ");
  assertMatch(await read(".github/workflows/test.yml"), new RegExp(`postgres: \\[${all}\\]`));
});
