import { assertEquals } from "@std/assert";
import { exercise, pass } from "./exercise.ts";
import { feedback, hintFeedback, solutionFeedback } from "./feedback.ts";
import { asCodeBlock, asMarkdown } from "./markdown_text.ts";

const heroes = exercise({
  id: "02.3",
  title: "Count heroes",
  hints: ["Use `count(*)`.", "It is a bigint."],
  grade: () => pass("Right."),
});
/** What a text without special characters becomes. */
const plain = (text: string) => `<span class="mathjax_ignore">${text}</span>`;
const solution = { path: "notebooks/solutions/02.3.ts", code: "const heroes = 3n;\n" };

Deno.test("feedback() begins its first line with the status and the id", () => {
  const outcome = { status: "TODO", message: "Fill in the query." } as const;
  assertEquals(feedback(heroes, outcome, { hints: 2 }), {
    "text/markdown": `<span style="color: #6b7280">○ **TODO**</span> 02.3 *${plain("Count heroes")}*: ${
      plain("Fill in the query.")
    }`,
    "text/plain": "TODO 02.3 Count heroes: Fill in the query.",
  });
});

Deno.test("feedback() shows the open hints and what the next try brings", () => {
  const outcome = { status: "NOT YET", message: "2 is not right." } as const;
  assertEquals(
    feedback(heroes, outcome, { hints: 1 })["text/plain"],
    `NOT YET 02.3 Count heroes: 2 is not right.
Hint 1 of 2: Use \`count(*)\`.
Change your code and check again; the next try opens the next hint if you need it.`,
  );
  assertEquals(
    feedback(heroes, outcome, { hints: 2 })["text/markdown"],
    `<span style="color: #d1501a">✘ **NOT YET**</span> 02.3 *${plain("Count heroes")}*: ${plain("2 is not right.")}

**Hint 1 of 2:** ${plain("Use &#96;count(&#42;)&#96;.")}

**Hint 2 of 2:** ${plain("It is a bigint.")}

This was the last hint; the next try offers the solution if you need it.`,
  );
});

Deno.test("feedback() folds the solution", () => {
  const shown = feedback(heroes, { status: "PASS", message: "Right." }, { hints: 1, solution });
  assertEquals(
    shown["text/markdown"],
    `<span style="color: #0b8457">✔ **PASS**</span> 02.3 *${plain("Count heroes")}*: ${plain("Right.")}

<details><summary>Compare with one solution (notebooks/solutions/02.3.ts)</summary>

\`\`\`typescript
const heroes = 3n;
\`\`\`

</details>`,
  );
  assertEquals(
    shown["text/plain"],
    "PASS 02.3 Count heroes: Right.\nCompare with one solution: notebooks/solutions/02.3.ts",
  );
});

Deno.test("hintFeedback() shows the open hints, or says that there are none", () => {
  assertEquals(hintFeedback(heroes, 1)["text/plain"], "Hint 1 of 2: Use `count(*)`.");
  assertEquals(
    hintFeedback({ ...heroes, hints: [] }, 0)["text/plain"],
    '02.3 has no hints. await solution("02.3") shows a solution.',
  );
});

Deno.test("solutionFeedback() shows the code, or says that there is none", () => {
  assertEquals(
    solutionFeedback(heroes, solution)["text/plain"],
    "The solution of 02.3: notebooks/solutions/02.3.ts\n\nconst heroes = 3n;",
  );
  assertEquals(solutionFeedback(heroes, undefined)["text/plain"], "There is no solution file for 02.3.");
});

Deno.test("asMarkdown() leaves no character to Markdown, HTML or TeX; lines stay lines", () => {
  assertEquals(asMarkdown("$1 and $2\n `a*b*` <b>"), plain("&#36;1 and &#36;2<br>&#96;a&#42;b&#42;&#96; &#60;b&#62;"));
  assertEquals(asMarkdown("http://x www.x"), plain("http&#58;//x www&#46;x"));
});

Deno.test("asCodeBlock() takes a fence that the code does not hold", () => {
  assertEquals(asCodeBlock("a;\n", "typescript"), "```typescript\na;\n```");
  assertEquals(asCodeBlock("`a` ```b```", "typescript"), "````typescript\n`a` ```b```\n````");
});
