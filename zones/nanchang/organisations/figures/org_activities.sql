-- title: 组织活动 | Activities
-- unit: 次 | activities
-- of: org_activity
-- good: up
-- by: kind = kind; month = month
-- drawing: bars
-- note: 登记的组织活动 | activities on record
rows:
SELECT id, kind, substr(held_on, 1, 7) AS month FROM record_org_activity WHERE zone = $1
value:
SELECT count(*) FROM rows
