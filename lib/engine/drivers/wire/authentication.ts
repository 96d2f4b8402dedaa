/**
 * Authentication: trust, a password in the clear, MD5, SCRAM
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP).
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Incoming, ProtocolError } from "./incoming.ts";
import type { Outgoing } from "./outgoing.ts";
import { Scram } from "./scram.ts";

/** Requests of the server, by their codes. */
const OK = 0;
const CLEARTEXT = 3;
const MD5 = 5;
const SASL = 10;
const SASL_CONTINUE = 11;
const SASL_FINAL = 12;

/** Methods that this driver does not know, by their codes. */
const UNSUPPORTED: Readonly<Record<number, string>> = {
  2: "Kerberos V5",
  7: "GSSAPI",
  9: "SSPI",
};

/** Whoever logs in. */
export interface Credentials {
  readonly user: string;
  readonly password: string | undefined;
  /** The server's certificate in DER, over TLS. */
  readonly certificate: Uint8Array | undefined;
}

/** Answers the server's requests for authentication. */
export class Authentication {
  readonly #credentials: Credentials;
  #scram: Scram | undefined;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  /**
   * Answers a request.
   *
   * @param request the current message, of type `R`.
   * @returns what to append to the messages to the server.
   * @throws when the method is not supported, the password missing, or the server does not know the password itself.
   */
  async answer(request: Incoming): Promise<(messages: Outgoing) => void> {
    const code = request.int32();
    switch (code) {
      case OK:
        if (this.#scram && !this.#scram.isVerified) throw new ProtocolError("SCRAM that ended too early");
        return () => {};
      case CLEARTEXT: {
        const password = this.#password;
        return (messages) => messages.password(password);
      }
      case MD5: {
        const hashed = md5Password(this.#credentials.user, this.#password, request.rest());
        return (messages) => messages.password(hashed);
      }
      case SASL: {
        const mechanisms: string[] = [];
        for (let name = request.string(); name !== ""; name = request.string()) mechanisms.push(name);
        const scram = this.#scram = await Scram.begin(mechanisms, this.#password, this.#credentials.certificate);
        return (messages) => messages.saslInitial(scram.mechanism, scram.first);
      }
      case SASL_CONTINUE: {
        const response = await this.#running.continue(textOf(request));
        return (messages) => messages.saslResponse(response);
      }
      case SASL_FINAL:
        this.#running.verify(textOf(request));
        return () => {};
      default:
        throw new Error(
          `The server requests ${UNSUPPORTED[code] ?? `method ${code}`}, which this driver cannot answer`,
        );
    }
  }

  get #password(): string {
    const { password } = this.#credentials;
    if (password === undefined) throw new Error("The server requests a password, and the URL has none");
    return password;
  }

  get #running(): Scram {
    if (!this.#scram) throw new ProtocolError("an answer of SASL without a question");
    return this.#scram;
  }
}

/** `md5` and the hash of the salted hash of password and user. */
function md5Password(user: string, password: string, salt: Uint8Array): string {
  const hash = (...parts: (string | Uint8Array)[]) =>
    parts.reduce((hash, part) => hash.update(part), createHash("md5")).digest("hex");
  return `md5${hash(hash(password, user), salt)}`;
}

function textOf(request: Incoming): string {
  return new TextDecoder().decode(request.rest());
}
