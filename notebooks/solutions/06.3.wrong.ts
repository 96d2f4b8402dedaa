const culprit: string = "7f20b9c4e611";

await check("06.3", () => ({ url: workbook.url, folder: inherited, culprit }));
