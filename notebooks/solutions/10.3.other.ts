const harmless: string[] = ["f", "d", "b"];

await check("10.3", () => ({ url: workbook.url, harmless }));
