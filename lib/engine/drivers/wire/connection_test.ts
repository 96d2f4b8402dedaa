import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import fc from "npm:fast-check@^4";
import { cases, seed } from "../../../../testing/cases.ts";
import { permittedTest } from "../../../../testing/permitted.ts";
import { type Client, ScriptedServer, serverMessage, WELCOME } from "../../../../testing/scripted_server.ts";
import type { DriverConnection } from "../../driver.ts";
import { ConnectError, ConnectionLostError } from "../../errors.ts";
import { EngineUrl } from "../../url.ts";
import { driver } from "../wire.ts";

const QUERY = { sql: "SELECT 1", parameters: [] };

function open({ port }: ScriptedServer, userAndPassword = "sandy"): Promise<DriverConnection> {
  const url = EngineUrl.parse(`postgresql+wire://${userAndPassword}@127.0.0.1:${port}/shop`);
  return driver.connect({ url, settings: {}, connectTimeout: 5_000, prepare: true, nonblocking: false });
}

/** Logs in, answers the first statement as a test wants, and stays. */
function afterLogin(answer: (client: Client) => Promise<void>): ScriptedServer {
  return new ScriptedServer(async (client) => {
    await client.read();
    await client.write(...WELCOME);
    await client.read();
    await answer(client);
  });
}

const test = (name: string, run: () => Promise<void>) => permittedTest("net", `wire: ${name}`, run);

test("a password in the clear, and one hashed by MD5", async () => {
  const md5 = (text: string) => createHash("md5").update(text, "latin1").digest("hex");
  for (
    const [request, expected] of [
      [serverMessage("R", 3), "pässwörd\0"],
      [
        serverMessage("R", 5, "salt"),
        `md5${md5(`${createHash("md5").update("pässwörd" + "sandy").digest("hex")}salt`)}\0`,
      ],
    ] as const
  ) {
    let answer = "";
    await using server = new ScriptedServer(async (client) => {
      await client.read();
      await client.write(request);
      answer = new TextDecoder().decode((await client.read()).subarray(5));
      await client.write(...WELCOME);
      await client.read();
    });
    const connection = await open(server, "sandy:p%C3%A4ssw%C3%B6rd");
    assertEquals([answer, connection.backendPid, connection.transactionStatus], [expected, 4711, "idle"]);
    await connection.close();
  }
});

for (
  const [what, messages, user, problem] of [
    [
      "a password that is missing",
      [serverMessage("R", 5, "salt")],
      "sandy",
      "requests a password, and the URL has none",
    ],
    [
      "a method that is unknown",
      [serverMessage("R", 7)],
      "sandy:pw",
      "requests GSSAPI, which this driver cannot answer",
    ],
    ["SCRAM that nobody began", [serverMessage("R", 11, "r=x")], "sandy:pw", "an answer of SASL without a question"],
    [
      "SCRAM that the server does not finish",
      [serverMessage("R", 10, "SCRAM-SHA-256\0\0"), ...WELCOME],
      "sandy:pw",
      "SCRAM that ended too early",
    ],
    [
      "a refusal in the server's words",
      [serverMessage("E", "SFATAL\0VFATAL\0C53300\0Msorry, too many clients already\0\0")],
      "sandy",
      "sorry, too many clients already.",
    ],
    ["the end of the stream", [], "sandy", "The server closed the connection"],
    ["what is no message", [new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n")], "sandy", 'a message "H" of'],
  ] as const
) {
  test(`a login fails by ${what}`, async () => {
    await using server = new ScriptedServer(async (client) => {
      await client.read();
      await client.write(...messages);
      if (messages.length > 0) await client.read().then(() => client.read());
    });
    const error = await assertRejects(() => open(server, user), ConnectError, problem);
    if (what.startsWith("a refusal")) assertEquals(error.sqlstate, "53300");
  });
}

test("a server that breaks the protocol ends the connection, and every statement that waits", async () => {
  const twoColumns = serverMessage(
    "T",
    Uint8Array.of(0, 1),
    "a\0",
    0,
    Uint8Array.of(0, 0),
    23,
    0,
    0,
    Uint8Array.of(0, 0),
  );
  for (
    const answer of [
      [serverMessage("D", Uint8Array.of(0, 1), 1, "7")], // a row without columns
      [twoColumns, serverMessage("D", Uint8Array.of(0, 2), 1, "7", 1, "8")],
      [twoColumns, serverMessage("D", Uint8Array.of(0, 1), 99, "7")],
      [serverMessage("C", "SELECT 1")], // without its zero
      [Uint8Array.of(90, 0, 0, 0, 1)],
    ]
  ) {
    await using server = afterLogin(async (client) => {
      await client.write(...answer);
      await client.read();
    });
    const connection = await open(server);
    let lost = 0;
    connection.onLost = () => lost++;
    const outcomes = await Promise.allSettled([connection.query(QUERY), connection.query(QUERY)]);
    for (const outcome of outcomes) {
      assertInstanceOf((outcome as PromiseRejectedResult).reason, ConnectionLostError);
    }
    assertEquals([lost, connection.lost?.message.startsWith("the server does not keep to the protocol")], [1, true]);
    await connection.close();
  }
});

test("an idle connection that the server ends says why", async () => {
  await using server = afterLogin(async (client) => {
    await client.write(serverMessage("C", "SELECT 0\0"), serverMessage("Z", "I"));
    await client.write(serverMessage("E", "SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"));
  });
  const connection = await open(server);
  const { promise, resolve } = Promise.withResolvers<void>();
  connection.onLost = resolve;
  await connection.query(QUERY);
  await promise;
  assertEquals(connection.lost?.message, "terminating connection due to administrator command");
  await assertRejects(() => connection.query(QUERY), ConnectionLostError, "administrator command");
  await connection.close();
});

test("a server that stops in the middle of a message: close() has its limit", async () => {
  await using server = afterLogin(async (client) => {
    await client.write(serverMessage("D", new Uint8Array(1000)).subarray(0, 500));
    await client.read();
  });
  const connection = await open(server);
  const answer = assertRejects(() => connection.query(QUERY), ConnectionLostError, "the connection was closed");
  await connection.close(50);
  await answer;
});

test("whatever a server sends, every statement settles and nothing is thrown beside", async () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc.tuple(fc.constantFrom(..."12CDEGHIKNSTZcdntvWA"), fc.uint8Array({ maxLength: 60 })).map(([type, body]) =>
      serverMessage(type, body)
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      await using server = afterLogin((client) => client.write(...pieces));
      const connection = await open(server);
      const sent = [QUERY, { ...QUERY, parameters: ["1"] }, QUERY].map((statement) => connection.query(statement));
      const outcomes = await Promise.allSettled(sent);
      assert(outcomes.length === 3);
      await connection.close(50);
    }),
    { numRuns: cases(60), seed: seed(7) },
  );
});
