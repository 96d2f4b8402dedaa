/**
 * What the compiler says about a mistake, in the words of the program.
 *
 * @module
 */

/** What nothing is: the compiler names the type where a program makes the mistake. */
export interface Mistake<Message> {
  /** Only types: what is wrong. */
  readonly "(mistake)": Message;
}

/** What is in the place of a mistake where there is none. */
export interface NoMistake {
  /** Only types. */
  readonly "(none)": true;
}
