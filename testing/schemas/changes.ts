/**
 * Changes that somebody makes to a hand-made schema, one each, and what autogenerate finds.
 *
 * @module
 */
import type { Shape } from "../hand_made.ts";

/** A change behind the models' back. */
export interface Change {
  /** SQL that makes it. */
  readonly sql: string;
  /** What autogenerate finds: the way back. */
  readonly found: readonly string[];
}

/** The changes of each schema. */
export const CHANGES: Readonly<Record<Shape, readonly Change[]>> = {
  content: [
    { sql: "ALTER TABLE site ADD COLUMN footer text", found: ["drop column site.footer (text)"] },
    {
      sql: "ALTER TABLE menu_item ALTER label TYPE text",
      found: ["change type of menu_item.label from text to character varying(80)"],
    },
    { sql: "DROP INDEX article_newest", found: ["create index article_newest of article"] },
    { sql: 'ALTER TABLE "User" ALTER email DROP NOT NULL', found: ["set not null on User.email"] },
    {
      sql: 'DROP INDEX "User_email_ci"; CREATE INDEX "User_email_ci" ON "User" (lower(email))',
      found: ["drop index User_email_ci of User", "create index User_email_ci of User"],
    },
    { sql: "COMMENT ON COLUMN article.slug IS NULL", found: ["add comment of article.slug"] },
    {
      sql:
        "ALTER TABLE menu_item DROP CONSTRAINT menu_item_site; ALTER TABLE menu_item ADD CONSTRAINT menu_item_site " +
        "FOREIGN KEY (site_id) REFERENCES site ON DELETE CASCADE",
      found: ["drop foreign key menu_item_site of menu_item", "add foreign key menu_item_site of menu_item"],
    },
  ],
  events: [
    {
      sql: "ALTER TABLE stream RENAME CONSTRAINT stream_version TO stream_version_ok",
      found: ["rename constraint stream_version_ok of stream to stream_version"],
    },
    {
      sql: "ALTER INDEX event_data RENAME TO event_data_idx",
      found: ["rename index event_data_idx of event to event_data"],
    },
    {
      sql: "ALTER TABLE outbox ALTER CONSTRAINT outbox_event NOT DEFERRABLE",
      found: ["drop foreign key outbox_event of outbox", "add foreign key outbox_event of outbox"],
    },
    {
      sql: "CREATE TABLE cursor (id integer PRIMARY KEY, at timestamptz)",
      found: ["drop table cursor"],
    },
    {
      sql: 'ALTER TABLE consumer ALTER "hasOwnProperty" SET DEFAULT true',
      found: ["change default of consumer.hasOwnProperty from true to false"],
    },
  ],
  forum: [
    {
      sql: "ALTER TYPE reaction ADD VALUE 'heart, red' BEFORE 'laugh, out loud'",
      found: [
        "rename enum reaction to reaction_old",
        "create enum reaction (+1, -1, 'laugh, out loud', 'it''s \"fine\"')",
        "change type of post_reaction.kind from reaction_old to reaction",
        "drop enum reaction_old (+1, -1, 'heart, red', 'laugh, out loud', 'it''s \"fine\"')",
      ],
    },
    {
      sql: "DROP INDEX member_karma; CREATE INDEX member_karma ON member (karma, id)",
      found: ["drop index member_karma of member", "create index member_karma of member"],
    },
    {
      sql: "ALTER TABLE topic ALTER CONSTRAINT topic_first_post DEFERRABLE INITIALLY IMMEDIATE",
      found: ["drop foreign key topic_first_post of topic", "add foreign key topic_first_post of topic"],
    },
    {
      sql: "ALTER TABLE member ADD UNIQUE (nick)",
      found: ["drop unique member_nick_key of member"],
    },
  ],
  maps: [
    { sql: 'ALTER TABLE road ALTER "maxSpeed" SET NOT NULL', found: ["drop not null on road.maxSpeed"] },
    { sql: "DROP INDEX place_location_spgist", found: ["create index place_location_spgist of place"] },
    {
      sql:
        "ALTER TABLE mast DROP CONSTRAINT mast_apart; ALTER TABLE mast ADD CONSTRAINT mast_apart EXCLUDE USING gist " +
        "(reach WITH &&)",
      found: ["drop constraint mast_apart of mast", "add constraint mast_apart of mast"],
    },
    {
      sql:
        "DROP INDEX place_tags; ALTER TABLE place ALTER tags TYPE varchar(30)[]; CREATE INDEX place_tags ON place USING " +
        "gin (tags)",
      found: ["change type of place.tags from character varying(30)[] to text[]"],
    },
    { sql: "ALTER TABLE region DROP COLUMN outline", found: ["add column region.outline (polygon)"] },
  ],
  medical: [
    {
      sql: "ALTER TABLE drug ALTER packaged SET DEFAULT ARRAY[1]",
      found: ["change default of drug.packaged from ARRAY[1] to ARRAY[20, 50, 100]"],
    },
    {
      sql:
        "ALTER TABLE diagnosis DROP CONSTRAINT diagnosis_rank, ADD CONSTRAINT diagnosis_rank UNIQUE (encounter_id, rank)",
      found: ["drop unique diagnosis_rank of diagnosis", "add unique diagnosis_rank of diagnosis"],
    },
    {
      sql: "ALTER TABLE code DROP COLUMN title_search",
      found: ["add column code.title_search (tsvector)", "create index code_title of code"],
    },
    { sql: "ALTER TABLE patient ALTER sex DROP DEFAULT", found: ["set default 'not known'::sex of patient.sex"] },
    { sql: "COMMENT ON TABLE classification IS 'changed'", found: ["change comment of classification"] },
  ],
  shop: [
    { sql: "ALTER TABLE product ALTER active DROP DEFAULT", found: ["set default true of product.active"] },
    {
      sql: "ALTER TABLE product ALTER vat SET DEFAULT 7",
      found: ["change default of product.vat from 7 to 19"],
    },
    {
      sql: "DROP INDEX product_attributes_idx; CREATE INDEX product_attributes_idx ON product USING gin (attributes)",
      found: ["drop index product_attributes_idx of product", "create index product_attributes_idx of product"],
    },
    {
      sql: "ALTER TABLE shipment DROP CONSTRAINT shipment_of_line, ADD CONSTRAINT shipment_of_line " +
        "FOREIGN KEY (order_no, line) REFERENCES order_line (order_no, line)",
      found: ["drop foreign key shipment_of_line of shipment", "add foreign key shipment_of_line of shipment"],
    },
    { sql: "ALTER TABLE price DROP CONSTRAINT price_not_twice", found: ["add constraint price_not_twice of price"] },
  ],
  tenants: [
    {
      sql: "ALTER TABLE tenant DROP CONSTRAINT tenant_subdomain_check",
      found: ["add check tenant_subdomain_check of tenant"],
    },
    {
      sql: "ALTER TABLE project ALTER name TYPE varchar(50)",
      found: [
        "drop index project_name of project", // of an expression, which uses the column
        "change type of project.name from character varying(50) to character varying(100)",
        "create index project_name of project",
      ],
    },
    { sql: "ALTER TABLE account ALTER mail DROP NOT NULL", found: ["set not null on account.mail"] },
    {
      sql:
        "ALTER TABLE api_key ADD COLUMN note text DEFAULT 'none' NOT NULL; CREATE INDEX api_key_note ON api_key (note)",
      found: ["drop index api_key_note of api_key", "drop column api_key.note (text)"],
    },
    {
      sql: "ALTER TABLE issue VALIDATE CONSTRAINT issue_estimate_check",
      found: ["drop check issue_estimate_check of issue", "add check issue_estimate_check of issue"],
    },
  ],
  warehouse: [
    {
      sql: "ALTER TABLE dim_store DROP CONSTRAINT dim_store_no_overlap",
      found: ["add constraint dim_store_no_overlap of dim_store"],
    },
    { sql: "DROP TABLE stock_count", found: ["create table stock_count"] },
    {
      sql: "CREATE INDEX stock_count_by ON stock_count (counted_by)",
      found: ["drop index stock_count_by of stock_count"],
    },
    { sql: "ALTER TABLE load_run DROP COLUMN log", found: ["add column load_run.log (text)"] },
    { sql: "COMMENT ON TABLE dim_article IS 'goods'", found: ["drop comment of dim_article"] },
    {
      sql: "DROP INDEX dim_store_region; CREATE INDEX dim_store_region ON dim_store (region, name)",
      found: ["drop index dim_store_region of dim_store", "create index dim_store_region of dim_store"],
    },
  ],
};
