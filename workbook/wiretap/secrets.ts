/**
 * Hides what a picture of a conversation must not show.
 *
 * @module
 */
import { sqlTokens } from "../../lib/base/sql_tokens.ts";

/** Stands for a secret. */
export const HIDDEN = "***";

/** Hides the passwords in statements about roles, and nothing else. */
export function withoutPasswords(sql: string): string {
  if (!/\b(role|user|group|encrypted|password)\b/i.test(sql)) return sql;
  let isPassword = false;
  return [...sqlTokens(sql)].map(({ type, text }) => {
    if (type === "word") isPassword = /^password$/i.test(text);
    else if (type === "string" && isPassword) return `'${HIDDEN}'`;
    return text;
  }).join("");
}
