/**
 * Plain text as Markdown: the one place where a text becomes Markdown.
 *
 * @module
 */

/** What means something to Markdown, HTML or TeX inside a line, or makes a link. */
const SPECIAL = /[\\`*_[\]<>~$&@]|:(?=\/\/)|(?<=www)\./gi;

/**
 * Returns Markdown that renders as exactly this text.
 *
 * Character references keep Markdown and GitHub from reading the text; the class, one of MathJax's own, keeps MathJax
 * from finding formulas in what was rendered: `$1 … $2` would be one.
 */
export function asMarkdown(text: string): string {
  const literal = text.trim().replace(SPECIAL, (character) => `&#${character.charCodeAt(0)};`);
  return `<span class="mathjax_ignore">${literal.replace(/\s*\n\s*/g, "<br>")}</span>`;
}

/** Returns a fenced block of code, with a fence that the code does not contain. */
export function asCodeBlock(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${code.trimEnd()}\n${fence}`;
}
