import { assert, assertEquals } from "@std/assert";
import { permittedTest } from "../../../testing/permitted.ts";
import { call, chain, layOut, lines, list, longText, object, statement } from "./code.ts";

/** Texts that no line holds. */
const TEXTS = [
  "CHECK (" + "end_date_year IS NOT NULL OR ".repeat(12) + "false)",
  `${"a".repeat(60)} ${"b".repeat(105)}  ${"c".repeat(30)} `,
  `${'"it\'s" '.repeat(50)}end`,
  `${" ".repeat(90)}x\n${"y ".repeat(80)}`,
];

Deno.test("a long text is broken after blanks, and is the same text", () => {
  for (const value of TEXTS) {
    const code = layOut(longText(value), 4, 10, 1);
    assert(code.length > 1);
    assert(code.every((line, index) => line.length + (index === 0 ? 10 : 0) <= 120), code.join("\n"));
    assertEquals(new Function(`return ${code.join("\n")}`)(), value);
  }
  assertEquals(layOut(longText("short"), 0, 0, 0), ['"short"']);
});

permittedTest("run", "a broken text is laid out as by deno fmt, wherever it stands", async () => {
  const [one, other] = TEXTS.slice(0, 1).map(longText).concat(longText("x ".repeat(70)));
  const options = object([["constraints", object([["a", one], ["b", other]])], [
    "indexes",
    list([object([
      ["name", '"ix"'],
      ["where", call("sql", one)],
    ])]),
  ]]);
  const column = chain([call("text"), call("generatedAs", call("sql", one)), call("comment", other)]);
  const source = [
    ...statement("export const a = ", call("model", '"a"', lines([{ key: "b", value: column }]), options), ";"),
    "",
  ].join("\n");
  const args = ["fmt", "--no-config", "--line-width=120", "--ext=ts", "-"];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  assertEquals(source, new TextDecoder().decode(stdout));
});
