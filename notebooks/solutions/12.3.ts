// A condition on the column itself is a range of the index, and the upper end is open: no day is forgotten.
const february: string = `SELECT id FROM sales
  WHERE sold_on >= date '2024-02-01' AND sold_on < date '2024-03-01'`;

await check("12.3", () => ({ url: workbook.url, february }));
