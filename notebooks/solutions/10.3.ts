// B and F only keep out other changes of the table, D does not touch toys. A takes the strongest lock for the shortest work.
const harmless: string[] = ["B", "D", "F"];

await check("10.3", () => ({ url: workbook.url, harmless }));
