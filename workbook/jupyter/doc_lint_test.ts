import { assertEquals } from "@std/assert";
import { docProblems } from "./doc_lint.ts";

Deno.test("problems of one's own are told, references to types of other packages are not", () => {
  const report = [
    "error[private-type-ref]: public type 'Engine' references private type 'Kysely'\n  --> lib/engine.ts:134:3\n",
    "error[private-type-ref]: public type 'Engine' references private type 'Pool'\n  --> lib/engine.ts:12:3\n",
    "error[missing-jsdoc]: exported symbol is missing JSDoc documentation\n  --> lib/url.ts:3:1\n",
    "error: Found 3 documentation lint errors.\n",
  ].join("\n");
  const problems = docProblems(report, 'import {\n  type Kysely,\n} from "kysely";\nabstract class Pool {}\n');
  assertEquals(problems.map((problem) => problem.split("\n")[0]), [
    "error[private-type-ref]: public type 'Engine' references private type 'Pool'",
    "error[missing-jsdoc]: exported symbol is missing JSDoc documentation",
  ]);
});
