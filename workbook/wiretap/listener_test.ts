import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4";
import { Outgoing } from "../../lib/engine/drivers/wire/outgoing.ts";
import { serverMessage } from "../../testing/scripted_server.ts";
import { Listener } from "./listener.ts";
import type { Message } from "./message.ts";

function fromClient(write: (messages: Outgoing) => void): Uint8Array {
  const messages = new Outgoing();
  write(messages);
  return messages.bytes.slice();
}

const short = ({ name, fields }: Message): Record<string, unknown> => ({ name, ...fields });
const STARTUP = fromClient((to) => to.startup({ user: "sandy", database: "shop" }));

Deno.test("wiretap: what a client says", () => {
  const listener = new Listener(1);
  assertEquals(listener.hear("client", STARTUP, 0).map(short), [
    { name: "StartupMessage", version: "3.0", user: "sandy", database: "shop" },
  ]);
  const said = listener.hear(
    "client",
    fromClient((to) => {
      to.password("secret");
      to.query("ALTER ROLE sandy PASSWORD 'secret' VALID UNTIL 'infinity'");
      to.parse("s1", "SELECT $1");
      to.bind("s1", ["secret", null], [0, 1]);
      to.describe("s1");
      to.execute();
      to.sync();
      to.copyFail("no");
      to.terminate();
    }),
    1,
  );
  assertEquals(said.map(short), [
    { name: "PasswordMessage", password: "***" },
    { name: "Query", sql: "ALTER ROLE sandy PASSWORD '***' VALID UNTIL 'infinity'" },
    { name: "Parse", statement: "s1", sql: "SELECT $1", parameterTypes: [] },
    { name: "Bind", portal: "", statement: "s1", parameters: ["6 B", null], results: ["text", "binary"] },
    { name: "Describe", statement: "s1" },
    { name: "Execute", portal: "", rows: 0 },
    { name: "Sync" },
    { name: "CopyFail", reason: "no" },
    { name: "Terminate" },
  ]);
});

Deno.test("wiretap: what a server says, with values where they are wanted", () => {
  const row = serverMessage("D", Uint8Array.of(0, 3), 2, "ab", -1, 2, Uint8Array.of(0, 7));
  const error = serverMessage("E", "SERROR\0VERROR\0C23505\0Mduplicate key\0DKey (name)=(sandy) exists.\0\0");
  const said = (values: boolean) => {
    const listener = new Listener(1, { values });
    return [row, error].flatMap((piece) => listener.hear("server", piece, 0)).map(short);
  };
  const fields = { name: "ErrorResponse", severity: "ERROR", sqlstate: "23505", message: "duplicate key" };
  assertEquals(said(false), [
    { name: "DataRow", values: ["2 B", null, "2 B"] },
    { ...fields, detail: "26 characters" },
  ]);
  assertEquals(said(true), [
    { name: "DataRow", values: ["ab", null, "\\x0007"] },
    { ...fields, detail: "Key (name)=(sandy) exists." },
  ]);
  const login = [
    serverMessage("R", 10, "SCRAM-SHA-256\0\0"),
    serverMessage("S", "TimeZone\0UTC\0"),
    serverMessage("K", 4711, 99),
    serverMessage("Z", "T"),
    serverMessage("A", 4711, "toys\0secret\0"),
  ];
  assertEquals(login.flatMap((piece) => new Listener(1).hear("server", piece, 0)).map(short), [
    { name: "AuthenticationSASL", mechanisms: ["SCRAM-SHA-256"] },
    { name: "ParameterStatus", TimeZone: "UTC" },
    { name: "BackendKeyData", processId: 4711, secretKey: "***" },
    { name: "ReadyForQuery", status: "in transaction" },
    { name: "NotificationResponse", processId: 4711, channel: "toys", payload: "6 characters" },
  ]);
});

Deno.test("wiretap: messages know their piece, and the connection its refused request for encryption", () => {
  const listener = new Listener(7);
  assertEquals(listener.hear("client", Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47), 0).map(({ name }) => name), [
    "SSLRequest",
  ]);
  const [startup] = listener.hear("client", STARTUP, 5);
  assertEquals([startup.name, startup.piece, startup.connection, startup.at], ["StartupMessage", 2, 7, 5]);
});

Deno.test("wiretap: whatever is sent is heard without an error, and no secret of a login with it", () => {
  const bytes = fc.uint8Array({ maxLength: 120 });
  const message = fc.tuple(fc.constantFrom(..."QPBDCESHXpdcfFRKSTtZENAvG12I"), bytes).map(([t, b]) =>
    serverMessage(t, b)
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(bytes, message)),
      fc.constantFrom("client", "server"),
      fc.boolean(),
      (all, from, values) => {
        const listener = new Listener(1, { values });
        if (from === "client") listener.hear("client", STARTUP, 0);
        for (const piece of all) {
          for (const { name, fields } of listener.hear(from as "client", piece, 0)) {
            assert(JSON.stringify(fields).length < 200_000);
            if (name === "PasswordMessage") assertEquals(fields, { password: "***" });
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});
