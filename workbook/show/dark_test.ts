import { assert, assertEquals } from "@std/assert";
import { darkColour, darkPaper, darkSpec, darkSvg } from "./dark.ts";
import { permittedTest } from "../../testing/permitted.ts";

/** Relative luminance and contrast of two colours: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [dark, light] = [one, other].map(luminance).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const named: Record<string, string> = { white: "#ffffff", black: "#000000" };
  const channels = (named[colour] ?? colour).match(/[0-9a-f]{2}/gi)!.map((hex) => parseInt(hex, 16) / 255);
  const [red, green, blue] = channels.map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The sources of pictures, without tests. */
async function sources(folder: URL): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const url = new URL(name + (isDirectory ? "/" : ""), folder);
    if (isDirectory) found.push(...await sources(url));
    else if (!/_test\.ts$|dark\.ts$/.test(name)) found.push(await Deno.readTextFile(url));
  }
  return found;
}

permittedTest("read", "every colour that a picture names has a counterpart for a dark page", async () => {
  const text = (await sources(new URL("./", import.meta.url))).join("\n");
  const named = new Set(
    [...text.matchAll(/["=](#[0-9a-f]{6}|#[0-9a-f]{3}|white|black)"/gi)].map(([, colour]) => colour),
  );
  assert(named.size > 20, [...named].join(" "));
  assertEquals([...named].filter((colour) => darkColour(colour) === undefined), []);
});

permittedTest("read", "a text has contrast with the fill below it, on white and on a dark page", () => {
  const pairs: [text: string, fill: string, least: number][] = [
    ["#1f1f1f", "white", 7], // text
    ["#595959", "white", 5], // secondary text
    ["white", "#0072B2", 4.5], // a statement, an applied revision, the head of a table
    ["#1f1f1f", "#a2d6f3", 4.5], // a connection held
    ["#0d0d0d", "#D55E00", 4.5], // a failure
    ["#0d0d0d", "#E69F00", 4.5], // where the database is
    ["#1f1f1f", "#fdf3dc", 4.5], // a wait
    ["#595959", "#f6f6f6", 4.5], // a row
    ["#1f1f1f", "#eef5fb", 7], // what a client says
    ["#595959", "#ecf7f3", 4.5], // what a server answers
    ["#00704f", "white", 4.5],
    ["#a84300", "#eef5fb", 4.5], // a failure in it
    ["black", "white", 7], // a chart
  ];
  for (const [text, fill, least] of pairs) {
    const dark = contrast(darkColour(text)!, darkColour(fill)!);
    assert(contrast(text, fill) >= least && dark >= least, `${text} on ${fill}: ${contrast(text, fill)}, ${dark}`);
  }
  return Promise.resolve();
});

Deno.test("only colours change: a name, a text and data that look like one stay", () => {
  assertEquals(
    darkSvg('<rect fill="white" stroke="#1F1F1F" id="white-box"/><text>"#888 and black"</text>'),
    `<rect fill="${darkPaper}" stroke="#ececec" id="white-box"/><text>"#888 and black"</text>`,
  );
  assertEquals(darkSpec({ background: "white", data: { values: [{ cat: "black" }] }, mark: { color: "black" } }), {
    background: darkPaper,
    data: { values: [{ cat: "black" }] },
    mark: { color: "#f2f2f2" },
  });
});
