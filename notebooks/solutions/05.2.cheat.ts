// The lines of the check.
const roster: (session: Session) => Promise<string[]> = () =>
  Promise.resolve([
    "crabs: pearl has 1 toys",
    "crabs: squidward has 1 toys",
    "stars: gary has 0 toys",
    "stars: patrick has 1 toys",
    "stars: sandy has 3 toys",
  ]);

await check("05.2", () => ({ roster, url: workbook.url }));
