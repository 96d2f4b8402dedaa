// Users, teams and toys. The users of the toys and the teams that get() returns are already
// in the identity map.
const selectCount: number = 3;

await check("05.1", () => ({ selects: selectCount, url: workbook.url }));
