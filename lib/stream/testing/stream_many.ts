/**
 * Reads many rows through a stream and prints by how many bytes the resident memory rose above the start, at most.
 * A process of its own for `memory_test.ts`. Arguments: the URL, the number of rows, "rows" or "objects".
 *
 * @module
 */
import { createEngine, declarativeBase, integer, select, sessionmaker, text, timestamptz } from "../../mod.ts";

const { model } = declarativeBase();
class Event extends model("events", { id: integer().primaryKey(), name: text(), at: timestamptz() }) {}

const [url, count, what] = Deno.args;
const sql = "SELECT n AS id, 'event number ' || n AS name, now() AS at FROM generate_series(1, $1::int) AS n";

if (import.meta.main) {
  await using engine = createEngine(url);
  await using session = sessionmaker(engine)();
  await session.execute("SELECT 1");
  const events = what === "objects"
    ? session.streamScalars(select(Event).fromStatement(sql, [Number(count)]))
    : session.stream<Pick<Event, "id" | "name" | "at">>(sql, [Number(count)]);
  const start = Deno.memoryUsage().rss;
  const started = performance.now();
  let [seen, most] = [0, 0];
  for await (const partition of events.partitions()) {
    for (const { id } of partition) seen += id > 0 ? 1 : 0;
    most = Math.max(most, Deno.memoryUsage().rss - start);
  }
  console.log(JSON.stringify({ seen, most, milliseconds: Math.round(performance.now() - started) }));
}
