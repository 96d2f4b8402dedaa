/** What an exporter of OpenTelemetry receives: the process exports by itself, to a collector that this test is. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { readOutput } from "../testing/child_output.ts";
import { testDatabase } from "../testing/test_database.ts";
import { emptyTables } from "../testing/application.ts";
import { until } from "../testing/until.ts";
import { root } from "../workbook/paths.ts";
import { DRIVERS } from "./drivers.ts";

const database = testDatabase(import.meta.url);
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";

/** A span as OTLP has it in JSON. */
interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

for (const driver of DRIVERS) {
  database.test(`${driver}: a request and its statements are spans in the trace of its caller`, async (url) => {
    await emptyTables(url);
    const spans: Span[] = [];
    await using collector = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const { resourceSpans = [] } = await request.json();
      for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
      return Response.json({});
    });
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--unstable-net", join(root, "app", `main_${driver}.ts`)],
      env: {
        DATABASE_URL: url,
        PORT: "0",
        OTEL_DENO: "true",
        OTEL_DENO_CONSOLE: "ignore",
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
        OTEL_BSP_SCHEDULE_DELAY: "50",
      },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const output = readOutput(process);
    await until("it listens", () => /^documentation at/m.test(output.text()));
    const [, origin] = /^listening on (\S+)$/m.exec(output.text())!;
    const traceparent = `00-${TRACE}-${CALLER}-01`;
    await (await fetch(`${origin}/users`, { headers: { traceparent, "x-request-id": "seven" } })).body?.cancel();
    const ours = () => spans.filter(({ traceId }) => traceId === TRACE);
    await until("the spans arrive", () => ours().length >= 2);
    process.kill("SIGTERM");
    assertEquals((await process.status).code, 0);
    await output.closed;
    const [statement, request] = ours().toSorted((a, b) =>
      Number(a.parentSpanId === CALLER) - Number(b.parentSpanId === CALLER)
    );
    const attribute = (span: Span, name: string) => span.attributes.find(({ key }) => key === name)?.value.stringValue;
    assertEquals([request.name, request.parentSpanId, attribute(request, "request.id")], [
      "GET /users",
      CALLER,
      "seven",
    ]);
    assertEquals([statement.name, statement.parentSpanId], ["SELECT", request.spanId]);
    assertMatch(attribute(statement, "db.query.text")!, /^select .* from "users"/);
  });
}
