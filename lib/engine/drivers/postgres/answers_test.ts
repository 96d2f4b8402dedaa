import { assertEquals } from "@std/assert";
import { AnswerReader } from "./answers.ts";

function message(type: string, body: string): number[] {
  const bytes = [...body].map((letter) => letter.charCodeAt(0));
  return [type.charCodeAt(0), 0, 0, bytes.length + 4 >> 8, bytes.length + 4 & 255, ...bytes];
}

const SELECT_AND_DELETE = [
  ...message("T", "\0\x01i"),
  ...message("D", `Z\0\0\0\x05T${"x".repeat(300)}`), // looks like ReadyForQuery, and is a value
  ...message("C", "SELECT 1\0"),
  ...message("C", "DELETE 3\0"),
  ...message("Z", "T"),
];
const COPY_OUT = [...message("H", "\0\0\0"), ...message("d", "1\n"), ...message("c", ""), ...message("C", "COPY 1\0")];
const COPY_IN = [...message("G", "\0\0\0"), ...message("E", "SERROR\0"), ...message("Z", "E")];

for (const size of [1, 2, 3, 5, 7, 64, 10_000]) {
  Deno.test(`what the server says of each answer is read from chunks of ${size} bytes`, () => {
    let refused = 0;
    const reader = new AnswerReader(() => refused++);
    const answers = [reader.expect(), reader.expect(), reader.expect()];
    const bytes = Uint8Array.from([...SELECT_AND_DELETE, ...COPY_OUT, ...message("Z", "I"), ...COPY_IN]);
    const statuses: string[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      reader.read(bytes.subarray(at, at + size));
      if (statuses.at(-1) !== reader.status) statuses.push(reader.status);
    }
    if (size < 64) assertEquals(statuses, ["idle", "in transaction", "idle", "failed"]);
    assertEquals([reader.status, refused], ["failed", 1]);
    assertEquals(answers.map(({ statements, hasRows, tag, isCopy }) => [statements, hasRows, tag, isCopy]), [
      [2, false, "DELETE 3", false],
      [1, false, "", true],
      [0, false, "", true],
    ]);
    // the package does not see what belongs to COPY
    const types: string[] = [];
    for (let at = 0; at < bytes.length; at += 1 + (bytes[at + 3] << 8) + bytes[at + 4]) {
      types.push(String.fromCharCode(bytes[at]));
    }
    assertEquals(types.join(""), "TDCCZ111CZ1EZ");
  });
}
