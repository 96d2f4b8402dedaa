/**
 * Reads many rows through a stream and prints the peak increase of the resident memory in bytes. A separate process for
 * `stream_memory_test.ts`. Arguments: the URL, the number of rows, "rows", "objects" or "objects, blocking" (of a
 * SyncSession).
 *
 * @module
 */
import {
  createEngine,
  createSyncEngine,
  declarativeBase,
  integer,
  select,
  sessionmaker,
  syncSessionmaker,
  text,
  timestamptz,
} from "../lib/mod.ts";

const { model } = declarativeBase();
class Event extends model("events", { id: integer().primaryKey(), name: text(), at: timestamptz() }) {}

const [url, count, what] = Deno.args;
const sql = "SELECT n AS id, 'event number ' || n AS name, now() AS at FROM generate_series(1, $1::int) AS n";

const query = select(Event).fromStatement(sql, [Number(count)]);
const start = { rss: 0, at: 0 };
let [seen, most] = [0, 0];

function begin(): void {
  start.rss = Deno.memoryUsage().rss;
  start.at = performance.now();
}

function look(partition: readonly Pick<Event, "id">[]): void {
  for (const { id } of partition) seen += id > 0 ? 1 : 0;
  most = Math.max(most, Deno.memoryUsage().rss - start.rss);
}

if (import.meta.main) {
  if (what === "objects, blocking") {
    using engine = createSyncEngine(url);
    using session = syncSessionmaker(engine)();
    session.execute("SELECT 1");
    begin();
    for (const partition of session.streamScalars(query).partitions()) look(partition);
  } else {
    await using engine = createEngine(url);
    await using session = sessionmaker(engine)();
    await session.execute("SELECT 1");
    const events = what === "objects"
      ? session.streamScalars(query)
      : session.stream<Pick<Event, "id">>(sql, [Number(count)]);
    begin();
    for await (const partition of events.partitions()) look(partition);
  }
  console.log(JSON.stringify({ seen, most, milliseconds: Math.round(performance.now() - start.at) }));
}
