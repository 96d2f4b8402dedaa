/**
 * When the answer to a statement begins to arrive: seen at the socket, and only while somebody wants to know.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { Statement } from "../driver.ts";

/** Watches the socket of one connection. */
export class FirstByte {
  #underWay = 0;

  /**
   * Tells a statement of the first byte that arrives, if nothing else is under way: else the byte may belong to that.
   *
   * @returns to be called when the statement is answered.
   */
  watch(socket: Socket | undefined, { onFirstByte }: Statement): () => void {
    const isAlone = this.#underWay++ === 0;
    // before the package's own listener, which decodes what has come
    if (isAlone && onFirstByte) socket?.prependOnceListener("data", onFirstByte);
    return () => {
      this.#underWay--;
      if (isAlone && onFirstByte) socket?.off("data", onFirstByte);
    };
  }
}
