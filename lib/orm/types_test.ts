/** What the compiler says about right and wrong programs: each of TYPES.md. */
import { assert, assertEquals } from "@std/assert";
import * as library from "../mod.ts";
import { permittedTest } from "../../testing/permitted.ts";
import { compilePrograms, parsePrograms } from "../../testing/type_programs.ts";

const page = new URL("TYPES.md", import.meta.url);

/** What programs may name, by the module that exports it. */
const NAMES = {
  "lib/mod.ts": [...Object.keys(library), "AnyModel", "KeyOf", "NewValues", "SessionSavepoint"],
  "testing/heroes.ts": ["Hero"],
  "testing/playground.ts": ["Note", "Score", "Team", "Toy", "User"],
  "testing/type_prelude.ts": [
    "associationTable",
    "blocking",
    "car",
    "engine",
    "model",
    "op",
    "sandy",
    "session",
    "team",
  ],
};

permittedTest(["read", "write", "run"], "the compiler says of each program in TYPES.md what stands there", async () => {
  const programs = parsePrograms(await Deno.readTextFile(page));
  const messages = await compilePrograms(programs, NAMES);
  assertEquals(
    programs.map(({ title }, index) => ({ title, messages: messages[index] })),
    programs.map(({ title, messages }) => ({ title, messages })),
  );
});

permittedTest("read", "TYPES.md has 150 programs, and no message is longer than two lines of an editor", async () => {
  const programs = parsePrograms(await Deno.readTextFile(page));
  const wrong = programs.filter(({ messages }) => messages.length > 0);
  assert(programs.length >= 150 && wrong.length >= 100, `${programs.length} programs, ${wrong.length} wrong ones`);
  assertEquals(wrong.flatMap(({ messages }) => messages).filter((message) => message.length > 400), []);
});
