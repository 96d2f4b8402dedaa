// Users, teams, toys. The users of the toys and the teams of get() are in the identity map by then.
const selectCount: number = 3;

await check("05.1", () => ({ selects: selectCount, url: workbook.url }));
