const harmless: string[] = ["B", "D", "E", "F"];

await check("10.3", () => ({ url: workbook.url, harmless }));
