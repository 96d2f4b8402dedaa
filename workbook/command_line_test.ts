import { assertEquals, assertThrows } from "@std/assert";
import { newCommand, readArguments } from "./command_line.ts";
import { UsageError } from "./errors.ts";

const command = () =>
  newCommand("deno task try", "Tries.", "A remark.")
    .argument("[word]")
    .option("--port <n>", "the port", "8000")
    .option("--no-browser", "open none");
const read = (...args: string[]) => readArguments(command(), args);

Deno.test("options have their camelCase name and their default, arguments their order", () => {
  assertEquals(read(), { options: { port: "8000", browser: true }, words: [] });
  assertEquals(read("a", "--port", "1", "--no-browser"), { options: { port: "1", browser: false }, words: ["a"] });
});

Deno.test("arguments that a command does not take are an error that names them", () => {
  const cases = {
    "--prot": "error: unknown option '--prot'\n(Did you mean --port?)\n(--help lists the options)",
    "--port": "error: option '--port <n>' argument missing\n(--help lists the options)",
    "a b": "error: too many arguments. Expected 1 argument but got 2: a, b.\n(--help lists the options)",
  };
  for (const [args, message] of Object.entries(cases)) {
    assertEquals(assertThrows(() => read(...args.split(" ")), UsageError).message, message);
  }
});
