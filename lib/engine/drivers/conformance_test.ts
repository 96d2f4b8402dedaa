/** One suite that every driver passes: what a driver promises is written in `driver.ts`. @module */
import { testDatabase } from "../../workbook/test_database.ts";
import type { DriverName } from "../url.ts";
import { cancel } from "./conformance/cancel.ts";
import { errors } from "./conformance/errors.ts";
import { lost } from "./conformance/lost.ts";
import { pipelining } from "./conformance/pipelining.ts";
import { type Differences, registerFor } from "./conformance/suite.ts";
import { types } from "./conformance/types.ts";

const DIFFERENCES: Record<DriverName, Differences> = {
  pg: { resultOfSeveral: "the last", recoversFromTypeChange: true },
  // the package gives an INSERT behind a SELECT the rows of the SELECT, and keeps a prepared statement that fails
  postgres: { resultOfSeveral: "the last with rows", recoversFromTypeChange: false },
};

const database = testDatabase(import.meta.url);

for (const driver of ["pg", "postgres"] as const) {
  const test = registerFor(driver, DIFFERENCES[driver], database);
  types(test);
  errors(test);
  pipelining(test);
  cancel(test);
  lost(test);
}
