-- title: 两新党组织 | Party organisations
-- unit: 个 | organisations
-- of: organisation
-- good: up
-- by: kind = kind; field = field
-- drawing: bars
-- note: 在册的党组织 | organisations on record
rows:
SELECT id, kind, field FROM record_organisation WHERE zone = $1
value:
SELECT count(*) FROM rows
