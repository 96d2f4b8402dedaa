/** Events of sessions: what listeners are told, may do, and what follows when they throw. */
import { assert, assertEquals, assertInstanceOf, assertMatch, assertStrictEquals } from "@std/assert";
import {
  AfterCommitError,
  ConcurrentUseError,
  declarativeBase,
  identity,
  integer,
  retry,
  select,
  SerializationError,
  type Session,
  type SyncSession,
  text,
} from "../mod.ts";
import { EVERY_SESSION, sessionTest } from "../../testing/fixture.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);
const { model, metadata } = declarativeBase();

class Note extends model("notes", { id: identity().primaryKey(), line: text(), edits: integer().default(() => 0) }) {
  /** Made by a listener to `load`. */
  declare length: number;
}

class Audit extends model("audits", { id: identity().primaryKey(), line: text() }) {}

/** Returns the error of a call, which a blocking session throws at once. */
async function errorOf(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

/** Tells objects of notes by their lines. */
const lines = (objects: Iterable<object>) => [...objects].map((object) => (object as Note).line).sort();

for (const driver of EVERY_SESSION) {
  const test = sessionTest(database, driver, metadata);

  test("beforeFlush: what a listener adds, changes and deletes is in the same flush", async ({ getSession, sent, rows }) => {
    const [old, kept] = [new Note({ line: "old" }), new Note({ line: "kept" })];
    await getSession.begin((session) => session.addAll([old, kept]));
    await using session = getSession();
    const notes = new Map((await session.scalars(select(Note))).all().map((note) => [note.line, note]));
    session.events.on("beforeFlush", (event) => {
      assertStrictEquals(event.session, session);
      assertEquals(event.type, "beforeFlush");
      for (const note of event.session.dirty as Set<Note>) note.edits++;
      session.add(new Audit({ line: `changed ${lines(event.session.dirty)}` }));
      session.delete(notes.get("kept")!);
    });
    notes.get("old")!.line = "new";
    sent.length = 0;
    await session.commit();
    assertEquals(sent.toSorted(), ["COMMIT", "DELETE", "INSERT", "UPDATE"]);
    assertEquals(await rows("SELECT line, edits FROM notes"), [["new", 1]]);
    assertEquals(await rows("SELECT line FROM audits"), [["changed new"]]);
  });

  test("beforeFlush: for each flush that has something to send, in each way to flush", async ({ getSession }) => {
    await using session = getSession();
    let told = 0;
    session.events.on("beforeFlush", () => void told++);
    const note = new Note({ line: "a" });
    const changed = async (flush: () => unknown) => {
      note.line += "a";
      const before = told;
      await flush();
      return told - before;
    };
    session.add(note);
    await session.flush();
    assertEquals(told, 1);
    await session.flush();
    await session.scalars(select(Note));
    assertEquals(told, 1);
    assertEquals(await changed(() => session.scalars(select(Note))), 1);
    assertEquals(await changed(() => session.get(Note, note.id + 1)), 1);
    assertEquals(await changed(async () => void await session.beginNested()), 1);
    assertEquals(await changed(() => Array.fromAsync(session.stream(select(Note)))), 1);
    assertEquals(await changed(() => session.diff()), 0);
    assertEquals(await changed(() => session.commit()), 1);
    await session.commit();
    assertEquals(told, 6);
  });

  test("beforeFlush: where a listener throws, nothing is sent, and the session goes on", async ({ getSession, sent, rows }) => {
    await using session = getSession();
    const stop = session.events.on("beforeFlush", () => {
      throw new Error("not on a Sunday");
    });
    session.events.on("beforeFlush", () => assert(false, "the first error ends the flush"), {
      signal: AbortSignal.abort(),
    });
    session.add(new Note({ line: "a" }));
    for (const call of [() => session.flush(), () => session.commit(), () => session.scalars(select(Note))]) {
      assertEquals((await errorOf(call)).message, "not on a Sunday");
    }
    assertEquals([sent, session.state, session.new.size], [[], "idle", 1]);
    stop();
    await session.commit();
    assertEquals(await rows("SELECT line FROM notes"), [["a"]]);
  });

  test("a listener cannot send: a call of the session runs already", async ({ getSession, rows }) => {
    await using session = getSession();
    const errors: Error[] = [];
    const tries = [() => session.execute("SELECT 1"), () => session.flush(), () => session.rollback()];
    session.events.on("beforeFlush", () => {
      const results = tries.map((call) => {
        try {
          return call() as Promise<unknown>;
        } catch (error) {
          return void errors.push(error as Error);
        }
      });
      if (driver !== "blocking") {
        return Promise.allSettled(results).then((all) => {
          for (const each of all) if (each.status === "rejected") errors.push(each.reason);
        });
      }
    });
    session.add(new Note({ line: "a" }));
    await session.commit();
    assertEquals(errors.map((error) => error instanceof ConcurrentUseError), [true, true, true]);
    assertEquals(await rows("SELECT line FROM notes"), [["a"]]);
  });

  test("afterCommit: the objects that the transaction inserted, changed and deleted", async ({ getSession, sent }) => {
    const told: unknown[] = [];
    using _stop = getSession.events.on("afterCommit", ({ session, type, inserted, updated, deleted }) => {
      told.push([type, session.state, lines(inserted), lines(updated), lines(deleted), sent.at(-1)]);
    });
    const [a, b, c] = ["a", "b", "c"].map((line) => new Note({ line }));
    await using session = getSession();
    session.addAll([a, b, c]);
    await session.flush();
    a.line = "a 1";
    assertEquals(told.splice(0), []);
    await session.commit();
    assertEquals(told.splice(0), [["afterCommit", "idle", ["a 1", "b", "c"], [], [], "COMMIT"]]);

    a.line = "a 2";
    session.delete(b);
    const brief = new Note({ line: "brief" });
    session.add(brief);
    await session.flush();
    session.delete(brief);
    await session.commit();
    assertEquals(told.splice(0), [["afterCommit", "idle", [], ["a 2"], ["b"], "COMMIT"]]);

    await session.scalars(select(Note));
    await session.commit();
    assertEquals(told.splice(0), [["afterCommit", "idle", [], [], [], "COMMIT"]]);
    await session.commit(); // without a transaction
    a.line = "a 3";
    await session.rollback();
    assertEquals(told, []);
  });

  test("afterCommit: once a COMMIT, without what a savepoint took back", async ({ getSession }) => {
    const told: unknown[] = [];
    await using session = getSession();
    session.events.on("afterCommit", ({ inserted, updated }) => void told.push([lines(inserted), lines(updated)]));
    const kept = new Note({ line: "kept" });
    session.add(kept);
    const first = await session.beginNested();
    session.add(new Note({ line: "inner" }));
    await first.commit();
    const second = await session.beginNested();
    session.add(new Note({ line: "gone" }));
    await session.flush();
    await second.rollback();
    assertEquals(told, []);
    await session.commit();
    assertEquals(told, [[["inner", "kept"], []]]);
  });

  test("afterCommit: what a stream wrote and forgot is told", async ({ getSession }) => {
    await getSession.begin((session) => session.addAll(["a", "b", "c"].map((line) => new Note({ line }))));
    await using session = getSession();
    const told: string[][] = [];
    session.events.on("afterCommit", ({ updated }) => void told.push(lines(updated)));
    for await (const notes of session.streamScalars(select(Note)).partitions(1)) {
      notes[0].line += "!";
      await session.flush();
    }
    await session.commit();
    assertEquals(told, [["a!", "b!", "c!"]]);
  });

  test("afterCommit: where a listener throws, the commit stands, and every listener was called", async ({ getSession, rows }) => {
    await using session = getSession();
    const told: string[] = [];
    const cause = new SerializationError({ message: "elsewhere", code: "40001" } as never);
    getSession.events.on("afterCommit", () => {
      throw cause;
    });
    session.events.on("afterCommit", () => void told.push("own"));
    session.add(new Note({ line: "a" }));
    const error = await errorOf(() => session.commit());
    assertInstanceOf(error, AfterCommitError);
    assertEquals([error.cause, error.errors, error.code], [cause, [cause], "AFTER_COMMIT"]);
    assertMatch(error.message, /^The transaction is committed; 1 listener\(s\) to "afterCommit" failed: elsewhere/);
    assertEquals([told, session.state, await rows("SELECT line FROM notes")], [["own"], "idle", [["a"]]]);

    session.add(new Note({ line: "b" }));
    assertInstanceOf(await errorOf(() => session.commit()), AfterCommitError); // the session goes on
    if (driver === "blocking") return;
    let runs = 0;
    const work = (session: Session) => session.add(new Note({ line: `c ${++runs}` }));
    assertInstanceOf(await errorOf(() => retry(getSession, work, { also: () => true })), AfterCommitError);
    assertEquals([runs, (await rows("SELECT line FROM notes")).length], [1, 3]);
  });

  test("load: each object that is made from a row, once; a column that a listener sets is a change", async ({ getSession, sent }) => {
    await getSession.begin((session) => session.addAll(["a", "bb"].map((line) => new Note({ line }))));
    await using session = getSession();
    const told: string[] = [];
    session.events.on("load", (event) => {
      assertStrictEquals(event.session, session);
      const note = event.object as Note;
      note.length = note.line.length;
      told.push(note.line);
    });
    session.add(new Note({ line: "ccc" }));
    const notes = (await session.scalars(select(Note).orderBy("id"))).all();
    assertEquals([told.splice(0), notes.map(({ length }) => length)], [["a", "bb"], [1, 2, undefined as never]]);
    session.expire();
    await session.scalars(select(Note));
    await session.refresh(notes[0]);
    assertEquals([told, session.dirty.size], [[], 0]);

    session.expunge(notes[0]);
    session.events.on("load", ({ object }) => void ((object as Note).line += "!"));
    const again = await session.getOne(Note, notes[0].id);
    assertEquals([told, again.line, [...session.dirty]], [["a"], "a!", [again]]);
    sent.length = 0;
    await session.flush();
    assertEquals(sent, ["UPDATE"]);
  });

  test("load: where a listener throws, the query fails; objects of a stream are told, too", async ({ getSession }) => {
    await getSession.begin((session) => session.addAll(["a", "b"].map((line) => new Note({ line }))));
    await using session = getSession();
    const stop = session.events.on("load", () => {
      throw new Error("no");
    });
    assertEquals((await errorOf(() => session.scalars(select(Note)))).message, "no");
    stop();
    const told: string[] = [];
    session.events.on("load", ({ object }) => void told.push((object as Note).line));
    for await (const note of session.streamScalars(select(Note).orderBy("line"))) assertEquals(note, note);
    assertEquals(told, ["a", "b"]);
  });

  test("listeners of the session maker come first, and hear every session; each in the order of subscription", async ({ getSession }) => {
    const told: string[] = [];
    await using session = getSession();
    session.events.on("beforeFlush", () => void told.push("own 1"));
    const stop = getSession.events.on("beforeFlush", () => void told.push("all 1"));
    getSession.events.on("beforeFlush", () => void told.push("all 2"));
    session.events.on("beforeFlush", () => void told.push("own 2"));
    session.add(new Note({ line: "a" }));
    await session.commit();
    assertEquals(told.splice(0), ["all 1", "all 2", "own 1", "own 2"]);
    stop();
    await getSession.begin((other) => other.add(new Note({ line: "b" })));
    assertEquals(told, ["all 2"]);
  });

  test("async listeners are awaited; a blocking session refuses them", async ({ getSession, rows }) => {
    const told: string[] = [];
    const slow = (what: string) => async () => {
      await Promise.resolve();
      told.push(what);
    };
    await using session = getSession();
    session.events.on("beforeFlush", slow("before"));
    session.events.on("afterCommit", slow("after"));
    session.add(new Note({ line: "a" }));
    if (driver === "blocking") {
      const error = await errorOf(() => session.commit());
      assertEquals(
        [error.name, error.message],
        ["TypeError", 'A listener to "beforeFlush" of a blocking session must not be async: nobody would wait for it.'],
      );
      assertEquals(await rows("SELECT line FROM notes"), []);
    } else {
      await session.commit();
      assertEquals(told, ["before", "after"]);
    }
  });
}

Deno.test("types: a listener knows its event and its session; a blocking one is not async", () => {
  const neverCalled = (session: Session, blocking: SyncSession) => {
    session.events.on("beforeFlush", ({ session }) => session.flush()); // a promise may be returned
    session.events.on("afterCommit", ({ inserted }) => void inserted.length);
    blocking.events.on("afterCommit", ({ session, deleted }) => session.addAll(deleted));
    // @ts-expect-error there is no such event
    session.events.on("afterRollback", () => {});
    // @ts-expect-error nothing was loaded
    session.events.on("beforeFlush", ({ object }) => void object);
    // @ts-expect-error nobody waits for it
    session.events.on("load", async () => {});
    // @ts-expect-error a blocked thread cannot wait for it
    blocking.events.on("beforeFlush", async () => {});
  };
  assertEquals(typeof neverCalled, "function");
});
