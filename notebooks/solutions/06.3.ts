// It was added and dropped, then added again under another name, which a later revision
// renamed to motto.
const culprit: string = "c07a4b9e825f";

await check("06.3", () => ({ url: workbook.url, folder: inherited, culprit }));
