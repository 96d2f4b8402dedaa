/** Reads from the catalogs what the objects of a schema need from elsewhere. @module */
import type { Connection } from "../../engine/connection.ts";

/** Something that must be there before the objects of a schema are created. */
export interface Requirement {
  /** For example `extension`, `function`, `type`, `table`. */
  readonly kind: string;
  readonly name: string;
}

/**
 * Lists the extensions that the tables, types and routines of a schema use, and the objects of other schemas.
 *
 * @param schema name of the schema
 */
export async function requirements(connection: Connection, schema: string): Promise<Requirement[]> {
  return (await connection.execute<Requirement>(REQUIREMENTS, [schema])).all();
}

/** Query; `$1` is the schema. An object of an extension stands for the extension, an array for its element type. */
const REQUIREMENTS = `
WITH needed AS (
  SELECT DISTINCT d.refclassid AS class, coalesce(a.typelem, d.refobjid) AS id
    FROM pg_depend d
    LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    LEFT JOIN pg_trigger g ON d.classid = 'pg_trigger'::regclass AND g.oid = d.objid
    LEFT JOIN pg_class c ON c.oid = CASE d.classid WHEN 'pg_class'::regclass THEN d.objid
                                    ELSE coalesce(f.adrelid, r.ev_class, g.tgrelid) END
    LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
    LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
    LEFT JOIN pg_type t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
    LEFT JOIN pg_type a ON d.refclassid = 'pg_type'::regclass AND a.oid = d.refobjid AND a.typelem <> 0 AND a.typlen = -1
   WHERE d.deptype IN ('n', 'a')
     AND coalesce(c.relnamespace, k.connamespace, p.pronamespace, t.typnamespace)
         = (SELECT oid FROM pg_namespace WHERE nspname = $1)
     AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e')
)
SELECT 'extension' AS kind, x.extname::text COLLATE "C" AS name
  FROM needed JOIN pg_depend e ON e.classid = class AND e.objid = id AND e.deptype = 'e'
  JOIN pg_extension x ON x.oid = e.refobjid
 WHERE x.extname <> 'plpgsql'
UNION
SELECT o.type, coalesce(CASE WHEN class = 'pg_proc'::regclass THEN id::regprocedure::text END, o.identity)
  FROM needed, pg_identify_object(class, id, 0) o
 WHERE o.schema NOT IN ($1, 'pg_catalog', 'information_schema') AND o.type <> 'index'
   AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = class AND e.objid = id AND e.deptype = 'e')
 ORDER BY kind, name`;
