// A condition on the bare column is an index range; with an exclusive upper bound, no day is missed.
const february: string = `SELECT id FROM sales
  WHERE sold_on >= date '2024-02-01' AND sold_on < date '2024-03-01'`;

await check("12.3", () => ({ url: workbook.url, february }));
