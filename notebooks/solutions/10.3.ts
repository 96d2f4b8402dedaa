// B and F block only other schema changes, D does not touch toys. A takes the strongest lock, but only briefly.
const harmless: string[] = ["B", "D", "F"];

await check("10.3", () => ({ url: workbook.url, harmless }));
