-- title: 未覆盖单位 | Not covered
-- unit: 家 | enterprises
-- of: org_coverage
-- good: down
-- by: reason = reason
-- drawing: bars
-- note: 既无党组织、也未派指导员 | neither an organisation nor an instructor
rows:
SELECT id, reason FROM record_org_coverage WHERE zone = $1 AND coverage = 'none'
value:
SELECT count(*) FROM rows
