/**
 * One suite that every driver passes: what a driver promises is written in `driver.ts`.
 *
 * @module
 */
import { testDatabase } from "../../../testing/test_database.ts";
import { cancel } from "../../../testing/conformance/cancel.ts";
import { errors } from "../../../testing/conformance/errors.ts";
import { lost } from "../../../testing/conformance/lost.ts";
import { pipelining } from "../../../testing/conformance/pipelining.ts";
import { type Contestant, registerFor } from "../../../testing/conformance/suite.ts";
import { status } from "../../../testing/conformance/status.ts";
import { styles } from "../../../testing/conformance/styles.ts";
import { transactions } from "../../../testing/conformance/transactions.ts";
import { types } from "../../../testing/conformance/types.ts";

/** Properties common to the drivers with an event loop. */
const NON_BLOCKING = { idleLoss: "at once", blocks: false } as const;
/** libpq has nobody who watches the socket while it is idle. */
const LIBPQ = { idleLoss: "at checkout" } as const;

const CONTESTANTS: readonly Contestant[] = [
  { driver: "pg", differences: NON_BLOCKING },
  { driver: "postgres", differences: NON_BLOCKING },
  { driver: "wire", differences: NON_BLOCKING },
  { driver: "libpq", differences: { ...LIBPQ, blocks: true } },
  { driver: "libpq", nonblocking: true, differences: { ...LIBPQ, blocks: false } },
];

const database = testDatabase(import.meta.url);

for (const contestant of CONTESTANTS) {
  const test = registerFor(contestant, database);
  types(test);
  styles(test);
  errors(test);
  pipelining(test);
  transactions(test);
  cancel(test);
  lost(test);
  status(test);
}
