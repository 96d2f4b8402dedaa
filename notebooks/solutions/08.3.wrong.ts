const OrderIn: z.ZodType = z.object({
  toy: z.uuid(),
  quantity: z.number().int().min(1).max(99),
  note: z.string().max(200).optional(),
});

await check("08.3", () => OrderIn);
