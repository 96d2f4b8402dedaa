const OrderIn: z.ZodType = z.object({
  toy: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),
  quantity: z.int().gt(0).lt(100),
  note: z.optional(z.string().max(200)),
}).strict();

await check("08.3", () => OrderIn);
