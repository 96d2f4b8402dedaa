/**
 * What client and server say to each other, as data.
 *
 * @module
 */

/** Who speaks. */
export type Speaker = "client" | "server";

/** A field of a message: a name, a number, a list of either. */
export type FieldValue = string | number | null | readonly FieldValue[];

/** One message of PostgreSQL's protocol. */
export interface Message {
  /** Number of the connection, from 1. */
  readonly connection: number;
  /** Milliseconds since the first message. */
  readonly at: number;
  readonly from: Speaker;
  /** Name of the message in the manual, such as `Parse` or `DataRow`. */
  readonly name: string;
  /** Its size with type and length. */
  readonly bytes: number;
  /** Number of the piece of the stream in which its first byte came, counted for each direction of a connection. */
  readonly piece: number;
  /** Its fields, by names of the manual. */
  readonly fields: Readonly<Record<string, FieldValue>>;
}

/** A message before it has a place in the conversation. */
export type Decoded = Pick<Message, "name" | "fields">;
