/**
 * SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677;
 * https://www.postgresql.org/docs/current/sasl-authentication.html): both sides prove that they know the password, and
 * neither sends it. PLUS also binds the proof to the server's certificate, so that nobody in between can pass it on.
 *
 * @module
 */
import { endPointHash } from "./channel_binding.ts";
import { ProtocolError } from "./incoming.ts";
import { preparePassword } from "./prepare_password.ts";

const PLAIN = "SCRAM-SHA-256";
const PLUS = "SCRAM-SHA-256-PLUS";

/** One exchange. */
export class Scram {
  /** The name of the mechanism. */
  readonly mechanism: string;
  /** The client's first message. */
  readonly first: string;
  /** True once the server has proved that it knows the password. */
  isVerified = false;
  readonly #password: string;
  readonly #nonce: string;
  /** What the client says of channel binding, with the data to bind to. */
  readonly #binding: Uint8Array;
  #serverSignature: string | undefined;

  private constructor(mechanism: string, password: string, flag: string, bound: Uint8Array) {
    this.mechanism = mechanism;
    this.#password = password;
    this.#nonce = crypto.getRandomValues(new Uint8Array(18)).toBase64();
    this.#binding = concat(bytesOf(flag), bound);
    this.first = `${flag}${this.#firstBare}`;
  }

  /**
   * Chooses the mechanism: with channel binding where the stream is encrypted and the server offers it.
   *
   * @param certificate the server's, in DER.
   * @throws when the server offers none that is known here.
   */
  static async begin(
    mechanisms: readonly string[],
    password: string,
    certificate: Uint8Array | undefined,
  ): Promise<Scram> {
    const hash = certificate && await endPointHash(certificate);
    if (hash && mechanisms.includes(PLUS)) return new Scram(PLUS, password, "p=tls-server-end-point,,", hash);
    if (!mechanisms.includes(PLAIN)) {
      throw new Error(`The server offers ${mechanisms.join(", ")}, which this driver cannot answer`);
    }
    // "y" lets the server notice that somebody removed PLUS from its offer
    return new Scram(PLAIN, password, hash ? "y,," : "n,,", new Uint8Array());
  }

  /** The user is that of the startup message. */
  get #firstBare(): string {
    return `n=,r=${this.#nonce}`;
  }

  /**
   * Answers the server's first message.
   *
   * @returns the client's final message, with the proof.
   */
  async continue(serverFirst: string): Promise<string> {
    const { r: nonce, s: salt, i: iterations } = attributes(serverFirst);
    if (!nonce?.startsWith(this.#nonce) || !salt || !/^[1-9]\d{0,9}$/.test(iterations ?? "")) {
      throw new ProtocolError("a first message of SCRAM that does not answer ours");
    }
    const finalBare = `c=${this.#binding.toBase64()},r=${nonce}`;
    const signed = bytesOf(`${this.#firstBare},${serverFirst},${finalBare}`);
    const salted = await saltedPassword(this.#password, Uint8Array.fromBase64(salt), Number(iterations));
    const clientKey = await hmac(salted, bytesOf("Client Key"));
    const storedKey = new Uint8Array(await crypto.subtle.digest("SHA-256", clientKey));
    const clientSignature = await hmac(storedKey, signed);
    const proof = clientKey.map((byte, index) => byte ^ clientSignature[index]);
    this.#serverSignature = (await hmac(await hmac(salted, bytesOf("Server Key")), signed)).toBase64();
    return `${finalBare},p=${proof.toBase64()}`;
  }

  /**
   * Checks the server's final message.
   *
   * @throws when the server does not know the password.
   */
  verify(serverFinal: string): void {
    const { v: signature } = attributes(serverFinal);
    if (this.#serverSignature === undefined || signature !== this.#serverSignature) {
      throw new Error("The server could not prove that it knows the password: it may not be the one it claims to be");
    }
    this.isVerified = true;
  }
}

function attributes(message: string): Record<string, string | undefined> {
  return Object.fromEntries(message.split(",").map((field) => [field[0], field.slice(2)]));
}

async function saltedPassword(password: string, salt: Uint8Array<ArrayBuffer>, iterations: number) {
  const key = await crypto.subtle.importKey("raw", bytesOf(preparePassword(password)), "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(
    await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, 256),
  );
}

async function hmac(key: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
