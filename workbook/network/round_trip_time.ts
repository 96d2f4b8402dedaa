/**
 * Measures the network between this program and a server.
 *
 * @module
 */
import { withClient } from "../admin_client.ts";

/** Odd, so that one of them is the median. */
const QUERIES = 101;

/**
 * Measures the round-trip time of an empty query.
 * @param url with or without `+driver`; npm pg measures in either case, so that figures are comparable.
 * @returns the median of 101 queries, in milliseconds.
 */
export async function roundTripTime(url: string): Promise<number> {
  return await withClient(url, async (client) => {
    const times: number[] = [];
    for (let query = 0; query < QUERIES; query++) {
      const started = performance.now();
      await client.query("SELECT 1");
      times.push(performance.now() - started);
    }
    return times.toSorted((a, b) => a - b)[(QUERIES - 1) / 2];
  });
}
