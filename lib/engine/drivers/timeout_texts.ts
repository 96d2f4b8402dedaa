/**
 * Recognizes a statement timeout by its message. Cancellation and `statement_timeout` have the same SQLSTATE, 57014,
 * and the same routine: only the text tells them apart, and it is in the language of the server's `lc_messages`, on
 * Windows often the system's.
 *
 * @module
 */

/** The message in each language that PostgreSQL's messages are translated into; untranslated messages are English. */
const TEXTS: ReadonlySet<string> = new Set([
  "canceling statement due to statement timeout",
  "storniere Anfrage wegen Zeitüberschreitung der Anfrage",
  "cancelando la sentencia debido a que se agotó el tiempo de espera de sentencias",
  "annulation de la requête à cause du délai écoulé pour l'exécution de l'instruction",
  "annullamento dell'istruzione a causa di timeout",
  "ステートメントのタイムアウトのためステートメントをキャンセルしています",
  "명령실행시간 초과로 작업을 취소합니다.",
  "выполнение оператора отменено из-за тайм-аута",
  "avbryter sats på grund av sats-timeout",
  "виконання оператора скасовано через тайм-аут",
  "由于语句执行超时，正在取消语句",
  "因為陳述式逾時，正在取消陳述式",
]);

/** True if a message of SQLSTATE 57014 reports a `statement_timeout`; false otherwise, and for unknown languages. */
export function isStatementTimeout(message: string): boolean {
  return TEXTS.has(message);
}
