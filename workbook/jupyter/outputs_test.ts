import { assertEquals } from "@std/assert";
import type { MimeBundle, Output } from "./notebook.ts";
import { cleanOutputs, findLeak, sameInKind, withoutRun } from "./outputs.ts";

const printed = (text: string): Output => ({ output_type: "stream", name: "stdout", text });
const shown = (data: MimeBundle): Output => ({ output_type: "display_data", data, metadata: {} });

Deno.test("neighbouring pieces of a stream become one, and execution counts go", () => {
  const result: Output = { output_type: "execute_result", data: {}, metadata: {}, execution_count: 7 };
  assertEquals(cleanOutputs([printed("a"), printed("b\n"), result, printed("c")]), [
    printed("ab\n"),
    { ...result, execution_count: null },
    printed("c"),
  ]);
});

Deno.test("the number of a run is taken out of names", () => {
  assertEquals(withoutRun([printed("schema notebook_01_4827361")], "4827361"), [printed("schema notebook_01")]);
});

Deno.test("colour codes and paths of this machine are found, in objects too", () => {
  assertEquals(findLeak([printed("\u001b[32mgreen")], []), "an output contains terminal colour codes (ESC [)");
  assertEquals(findLeak([printed("see file:///home/me/x.ts")], ["/home/me"])?.includes("/home/me"), true);
  assertEquals(findLeak([shown({ "application/json": { at: "/home/me/x" } })], ["/home/me"])?.length! > 0, true);
  assertEquals(findLeak([printed("/home/meadow and ./home/me")], ["/home/me"]), undefined);
  assertEquals(findLeak([shown({ "image/png": "AA/home/me/AA" })], ["/home/me"]), undefined);
});

Deno.test("numbers, identifiers, widths and pixels do not make outputs different in kind", () => {
  assertEquals(sameInKind([printed("took 1.25 ms on port 5432")], [printed("took 17 ms on port 61234")]), true);
  assertEquals(sameInKind([printed("|  1.5 | ---- |")], [printed("| 11.25 | ------ |")]), true);
  const id = () => printed(crypto.randomUUID());
  assertEquals(sameInKind([id()], [id()]), true);
  const picture = (bytes: string, rows: number[], mark = "bar") =>
    shown({ "image/png": bytes, "application/vnd.vegalite.v5+json": { mark, data: { values: rows } } });
  assertEquals(sameInKind([picture("AA", [1])], [picture("BB", [2, 3])]), true);
  assertEquals(sameInKind([picture("AA", [1])], [picture("AA", [1], "line")]), false);
});

Deno.test("other words, a picture more or another stream are another kind", () => {
  assertEquals(sameInKind([printed("PASS 01.1")], [printed("TODO 01.1")]), false);
  assertEquals(sameInKind([shown({ "image/png": "" })], [shown({ "text/plain": "" })]), false);
  assertEquals(sameInKind([printed("a")], [{ output_type: "stream", name: "stderr", text: "a" }]), false);
  assertEquals(sameInKind([printed("a")], []), false);
});
