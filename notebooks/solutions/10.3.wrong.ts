const harmless: string[] = ["A", "B", "D", "F"];

await check("10.3", () => ({ url: workbook.url, harmless }));
