/**
 * The model shared by session tests: the workbook's heroes.
 *
 * @module
 */
import { now, randomUuid, text, timestamptz, uuid } from "../lib/schema/columns.ts";
import { declarativeBase } from "../lib/orm/model.ts";

/** When a row was made and changed, as the workbook's tables record it. */
export const timestamps = {
  createdAt: timestamptz().serverDefault(now()),
  updatedOn: timestamptz().serverDefault(now()).onUpdate(now()),
};

export const { model, metadata } = declarativeBase(timestamps);

export class Hero extends model("heroes", {
  id: uuid().primaryKey().default(randomUuid),
  name: text().unique(),
  appSrc: text().nullable().index(),
}) {
  greeting(): string {
    return `I am ${this.name}`;
  }
}
