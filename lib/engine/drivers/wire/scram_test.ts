import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { CERTIFICATE } from "../../../../testing/tls_front.ts";
import { ProtocolError } from "./incoming.ts";
import { preparePassword } from "./prepare_password.ts";
import { Scram } from "./scram.ts";

const SALT = new Uint8Array(16).fill(9);
const hmac = (key: Uint8Array, text: string) => createHmac("sha256", key).update(text).digest();

/** The server's side as RFC 5802 has it, with what a server stores. */
function serverFor(password: string, iterations = 4096) {
  const salted = pbkdf2Sync(password, SALT, iterations, 32, "sha256");
  const storedKey = createHash("sha256").update(hmac(salted, "Client Key")).digest();
  return {
    /** The first message, for the client's. */
    first: (client: string) => `r=${/r=(.*)$/.exec(client)![1]}server,s=${SALT.toBase64()},i=${iterations}`,
    /** Whether the proof is right, and the signature. */
    finish(clientFirst: string, first: string, clientFinal: string) {
      const [bare, proof] = clientFinal.split(",p=");
      const signed = `${clientFirst.replace(/^(p=[^,]*|[ny]),,/, "")},${first},${bare}`;
      const signature = hmac(storedKey, signed);
      const key = Uint8Array.fromBase64(proof).map((byte, index) => byte ^ signature[index]);
      const isRight = createHash("sha256").update(key).digest().equals(storedKey);
      return { isRight, final: `v=${hmac(hmac(salted, "Server Key"), signed).toString("base64")}` };
    },
  };
}

Deno.test("SCRAM: both sides prove that they know the password", async () => {
  const server = serverFor("pencil");
  const scram = await Scram.begin(["SCRAM-SHA-256"], "pencil", undefined);
  assertEquals([scram.mechanism, scram.first.slice(0, 8)], ["SCRAM-SHA-256", "n,,n=,r="]);
  const first = server.first(scram.first);
  const final = await scram.continue(first);
  const { isRight, final: answer } = server.finish(scram.first, first, final);
  assertEquals([isRight, scram.isVerified], [true, false]);
  scram.verify(answer);
  assertEquals(scram.isVerified, true);
});

Deno.test("SCRAM: another password proves nothing, on either side", async () => {
  const server = serverFor("pencil");
  const scram = await Scram.begin(["SCRAM-SHA-256"], "crayon", undefined);
  const first = server.first(scram.first);
  const { isRight, final } = server.finish(scram.first, first, await scram.continue(first));
  assertEquals(isRight, false);
  assertThrows(() => scram.verify(final), Error, "could not prove that it knows the password");
});

Deno.test("SCRAM: a server's first message that answers another client, or nobody, is refused", async () => {
  for (
    const wrong of [
      () => `r=other,s=${SALT.toBase64()},i=4096`,
      (nonce: string) => `r=${nonce}x,i=4096`,
      (nonce: string) => `r=${nonce}x,s=${SALT.toBase64()},i=0`,
      () => "",
    ]
  ) {
    const scram = await Scram.begin(["SCRAM-SHA-256"], "pencil", undefined);
    await assertRejects(() => scram.continue(wrong(scram.first.split("r=")[1])), ProtocolError);
  }
});

Deno.test("SCRAM: over TLS the proof is bound to the certificate, where the server offers that", async () => {
  const certificate = Uint8Array.fromBase64(CERTIFICATE.replace(/-----.*-----/g, ""));
  const flag = "p=tls-server-end-point,,";
  const scram = await Scram.begin(["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"], "pencil", certificate);
  assertEquals([scram.mechanism, scram.first.startsWith(flag)], ["SCRAM-SHA-256-PLUS", true]);
  const server = serverFor("pencil");
  const first = server.first(scram.first);
  const final = await scram.continue(first);
  const bound = Buffer.concat([Buffer.from(flag), createHash("sha256").update(certificate).digest()]);
  assertEquals(/^c=([^,]*)/.exec(final)![1], bound.toString("base64"));
  assertEquals(server.finish(scram.first, first, final).isRight, true);
  // "y": the client could have, and the server did not offer it
  assertEquals((await Scram.begin(["SCRAM-SHA-256"], "pencil", certificate)).first.slice(0, 3), "y,,");
});

Deno.test("SCRAM: of several mechanisms the best one, and none that is unknown", async () => {
  const offer = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"];
  assertEquals((await Scram.begin(offer, "", undefined)).mechanism, "SCRAM-SHA-256");
  await assertRejects(() => Scram.begin(["OAUTHBEARER"], "", undefined), Error, "The server offers OAUTHBEARER");
});

Deno.test("SASLprep: the examples of RFC 4013, and what is not permitted stays as it is", () => {
  const examples: [string, string][] = [
    ["I\u00ADX", "IX"],
    ["user", "user"],
    ["USER", "USER"],
    ["\u00AA", "a"],
    ["\u2168", "IX"],
    ["\u0007", "\u0007"],
    ["\u0627\u0031", "\u0627\u0031"],
    ["pass\u00A0word", "pass word"],
    ["\u00AD", "\u00AD"],
  ];
  for (const [given, prepared] of examples) assertEquals(preparePassword(given), prepared);
});
