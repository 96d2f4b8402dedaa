/**
 * Measures the first byte of an answer, at the socket and only on demand.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { Statement } from "../driver.ts";

/** Watches the socket of a connection. */
export class FirstByte {
  #underWay = 0;

  /**
   * Notifies a statement of the first byte that arrives, unless other statements are in flight, to which the byte may
   * belong.
   *
   * @returns a function to call when the statement is answered.
   */
  watch(socket: Socket | undefined, { onFirstByte }: Statement): () => void {
    const isAlone = this.#underWay++ === 0;
    // before the package's own listener, which decodes the data
    if (isAlone && onFirstByte) socket?.prependOnceListener("data", onFirstByte);
    return () => {
      this.#underWay--;
      if (isAlone && onFirstByte) socket?.off("data", onFirstByte);
    };
  }
}
