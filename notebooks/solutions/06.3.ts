// It was added, dropped, and came back under another name, which a later revision changed to motto.
const culprit: string = "c07a4b9e825f";

await check("06.3", () => ({ url: workbook.url, folder: inherited, culprit }));
