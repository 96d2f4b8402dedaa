/**
 * Supported versions of PostgreSQL; the single place that defines them.
 *
 * @module
 */

/** First and last supported major version. */
export const SUPPORTED = { from: 14, to: 18 } as const;

/** Whether a server's version is supported; `advice` says what to do, or what to expect. */
export interface VersionFinding {
  /** False for one that is too old to go on with. */
  readonly isUsable: boolean;
  readonly advice?: string;
}

/** @param version as reported by the server: `"16.4"`, `"19beta1"`. */
export function judgeVersion(version: string): VersionFinding {
  const major = Number.parseInt(version);
  const all = `PostgreSQL ${SUPPORTED.from} to ${SUPPORTED.to}`;
  if (major < SUPPORTED.from) {
    const advice = `The server is PostgreSQL ${version}; the workbook runs on ${all}. Name a newer server in ` +
      "DATABASE_URL, or unset it: the workbook then runs a local PostgreSQL of its own.";
    return { isUsable: false, advice };
  }
  if (major > SUPPORTED.to) {
    return { isUsable: true, advice: `PostgreSQL ${version} is untested: the workbook is tried on ${all}.` };
  }
  return { isUsable: true };
}
