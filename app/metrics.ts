/**
 * Figures of a process in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/).
 *
 * @module
 */
import type { PoolStatus } from "../lib/mod.ts";
import type { Traffic } from "./traffic.ts";

/** The media type of the format. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Formats the figures of this process; each of several processes on one port has its own. */
export function metrics(traffic: Traffic, pool: PoolStatus | undefined): string {
  const { bounds, counts, count, sum } = traffic.durations;
  return [
    ...family("http_requests_in_progress", "gauge", "Requests in progress.", { "": traffic.inProgress }),
    ...family("http_requests_total", "counter", "Requests answered.", Object.fromEntries(traffic.ended)),
    ...family("http_request_duration_seconds", "histogram", "Time to answer a request.", {}),
    ...bounds.map((bound, index) => `http_request_duration_seconds_bucket{le="${bound}"} ${counts[index]}`),
    `http_request_duration_seconds_bucket{le="+Inf"} ${count}`,
    `http_request_duration_seconds_sum ${sum}`,
    `http_request_duration_seconds_count ${count}`,
    ...(pool ? poolFamilies(pool) : []),
    "",
  ].join("\n");
}

function poolFamilies({ size, maxOverflow, held, idle, waiting }: PoolStatus): string[] {
  return [
    ...family("db_pool_connections", "gauge", "Connections of the pool.", {
      'state="held"': held,
      'state="idle"': idle,
    }),
    ...family("db_pool_connections_max", "gauge", "Most connections of the pool.", { "": size + maxOverflow }),
    ...family("db_pool_waiting", "gauge", "Requests that wait for a connection.", { "": waiting }),
  ];
}

function family(name: string, type: string, help: string, values: Readonly<Record<string, number>>): string[] {
  const lines = Object.entries(values).map(([labels, value]) => `${name}${labels && `{${labels}}`} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
}
