import { assertEquals } from "@std/assert";
import { isDarkPage, isDarkTheme } from "./page_theme.ts";

Deno.test("the theme is the one that JupyterLab's settings name, in JSON with comments", () => {
  assertEquals(
    isDarkTheme('{\n    // Theme\n    // "theme": "JupyterLab Light"\n    "theme": "JupyterLab Dark"\n}'),
    true,
  );
  assertEquals(isDarkTheme('{ "theme": "JupyterLab Light" }'), false);
  assertEquals(isDarkTheme('{\n    // "theme": "JupyterLab Dark"\n}'), false);
  assertEquals(isDarkTheme('{ "theme": "JupyterLab Dark High Contrast" }'), true);
});

Deno.test("WORKBOOK_THEME decides; outside a kernel pictures are for white paper", () => {
  assertEquals(isDarkPage((name) => name === "WORKBOOK_THEME" ? "dark" : undefined), true);
  assertEquals(isDarkPage((name) => name === "WORKBOOK_THEME" ? "light" : "/nowhere"), false);
  assertEquals(isDarkPage(() => undefined), false);
});
