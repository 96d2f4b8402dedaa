/**
 * The driver of this library: it speaks PostgreSQL's protocol over the network itself, without a package. Statements
 * are pipelined, prepared, and read in binary where that pays
 * (https://www.postgresql.org/docs/current/protocol.html).
 *
 * @module
 */
import type { ConnectSettings, Driver, DriverConnection } from "../driver.ts";
import { connectWith } from "./open_stream.ts";
import { WireConnection } from "./wire/connection.ts";
import { openWire } from "./wire/open.ts";

export const driver: Driver = {
  name: "wire",
  connect: (settings: ConnectSettings): Promise<DriverConnection> =>
    connectWith(settings, openWire, async (opened) => {
      const connection = new WireConnection(settings, opened);
      await connection.logIn();
      return connection;
    }),
};
