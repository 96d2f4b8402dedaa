// strictObject rejects unknown fields, so a caller learns of a misspelt one.
const OrderIn: z.ZodType = z.strictObject({
  toy: z.uuid(),
  quantity: z.number().int().min(1).max(99),
  note: z.string().max(200).optional(),
});

await check("08.3", () => OrderIn);
