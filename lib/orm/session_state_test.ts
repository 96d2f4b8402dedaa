import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { PendingRollbackError, SessionClosedError, TransactionBegunError } from "./errors.ts";
import { type SessionAction, type SessionState, transition, TRANSITIONS } from "./session_state.ts";
import { permittedTest } from "../../testing/permitted.ts";

type Outcome = SessionState | typeof PendingRollbackError | typeof SessionClosedError | typeof TransactionBegunError;

const EXPECTED: Record<SessionState, Partial<Record<SessionAction, Outcome>>> = {
  idle: { begin: "active", work: "active", commit: "idle", rollback: "idle", close: "closed" },
  active: {
    begin: TransactionBegunError,
    work: "active",
    fail: "failed",
    rollbackNested: "active",
    commit: "idle",
    rollback: "idle",
    close: "closed",
  },
  failed: {
    begin: PendingRollbackError,
    work: PendingRollbackError,
    commit: PendingRollbackError,
    fail: "failed",
    rollbackNested: "active",
    rollback: "idle",
    close: "closed",
  },
  closed: {
    begin: SessionClosedError,
    work: SessionClosedError,
    commit: SessionClosedError,
    rollbackNested: SessionClosedError,
    rollback: SessionClosedError,
    close: "closed",
  },
};

for (const [state, outcomes] of Object.entries(EXPECTED) as [SessionState, Record<string, Outcome>][]) {
  for (const [action, outcome] of Object.entries(outcomes) as [SessionAction, Outcome][]) {
    if (typeof outcome === "string") {
      Deno.test(`${state}: ${action} leads to ${outcome}`, () => assertEquals(transition(state, action), outcome));
    } else {
      Deno.test(`${state}: ${action} is refused with a ${outcome.name}`, () => {
        assertThrows(() => transition(state, action), outcome as new () => Error);
      });
    }
  }
}

Deno.test("the table has no transition that the specification above has not", () => {
  for (const [state, actions] of Object.entries(TRANSITIONS) as [SessionState, Record<string, SessionState>][]) {
    for (const [action, to] of Object.entries(actions)) assertEquals(EXPECTED[state][action as SessionAction], to);
  }
});

Deno.test("a refusal after a failed flush carries the failure", () => {
  const failure = new Error("duplicate key\nand more");
  const error = assertThrows(() => transition("failed", "work", failure), PendingRollbackError, "(duplicate key)");
  assertStrictEquals(error.cause, failure);
});

/** The table as a Mermaid state diagram. */
function stateDiagram(): string {
  const lines = Object.entries(TRANSITIONS).flatMap(([from, actions]) => {
    const byTarget = Map.groupBy(Object.entries(actions), ([, to]) => to);
    return [...byTarget].map(([to, edges]) => `  ${from} --> ${to}: ${edges.map(([action]) => action).join(", ")}`);
  });
  return ["stateDiagram-v2", "  [*] --> idle", ...lines].join("\n");
}

const readme = new URL("README.md", import.meta.url);

permittedTest("read", `README.md draws this table`, async () => {
  const text = await Deno.readTextFile(readme);
  const drawn = text.split("<!-- states begin -->")[1].split("<!-- states end -->")[0];
  assertEquals(drawn.trim(), "```mermaid\n" + stateDiagram() + "\n```");
});
