import { assertEquals } from "@std/assert";
import { Outgoing } from "./outgoing.ts";

/** The bytes as text, with `.` for zero and `<n>` for others that cannot be printed. */
function shown(write: (messages: Outgoing) => void): string {
  const messages = new Outgoing();
  write(messages);
  return [...messages.bytes].map((byte) =>
    byte === 0 ? "." : byte > 32 && byte < 127 ? String.fromCharCode(byte) : `<${byte}>`
  ).join("");
}

const MESSAGES: [string, (messages: Outgoing) => void, string][] = [
  ["StartupMessage", (to) => to.startup({ user: "sandy" }), "...<20>.<3>..user.sandy.."],
  ["PasswordMessage", (to) => to.password("pw"), "p...<7>pw."],
  ["SASLInitialResponse", (to) => to.saslInitial("SCRAM-SHA-256", "n,,"), "p...<25>SCRAM-SHA-256....<3>n,,"],
  ["SASLResponse", (to) => to.saslResponse("c=biws"), "p...<10>c=biws"],
  ["Query", (to) => to.query("SELECT 1"), "Q...<13>SELECT<32>1."],
  ["Parse", (to) => to.parse("s1", "SELECT $1"), "P...<19>s1.SELECT<32>$1..."],
  ["Describe", (to) => to.describe("s1"), "D...<8>Ss1."],
  [
    "Bind, results in text",
    (to) => to.bind("s1", ["é", null, ""], []),
    "B...<28>.s1....<3>...<2><195><169><255><255><255><255>......",
  ],
  ["Bind, results in two formats", (to) => to.bind("", [], [0, 1]), "B...<16>.......<2>...<1>"],
  ["Execute", (to) => to.execute(), "E...<9>....."],
  ["Sync", (to) => to.sync(), "S...<4>"],
  ["CopyFail", (to) => to.copyFail("no"), "f...<7>no."],
  ["Terminate", (to) => to.terminate(), "X...<4>"],
];

for (const [name, write, bytes] of MESSAGES) {
  Deno.test(`wire: ${name}`, () => assertEquals(shown(write), bytes));
}

Deno.test("wire: messages stand one after another, however long their texts are", () => {
  const messages = new Outgoing();
  for (const length of [1, 8_000, 70_000, 200_000, 3]) messages.query("ü".repeat(length));
  const view = new DataView(messages.bytes.buffer);
  const lengths: number[] = [];
  for (let at = 0; at < messages.bytes.length; at += 1 + view.getInt32(at + 1)) lengths.push(view.getInt32(at + 1) - 5);
  assertEquals(lengths, [2, 16_000, 140_000, 400_000, 6]);
});

Deno.test("wire: more parameters than a signed word can count", () => {
  const messages = new Outgoing();
  messages.bind("", Array(65_535).fill(null), []);
  assertEquals(new DataView(messages.bytes.buffer).getUint16(9), 65_535);
});
