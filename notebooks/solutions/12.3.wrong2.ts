const february: string = `SELECT id FROM sales
  WHERE sold_on BETWEEN date '2024-02-01' AND date '2024-03-01'`;

await check("12.3", () => ({ url: workbook.url, february }));
