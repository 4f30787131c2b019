-- title: 销号率 | Struck off
-- unit: %
-- of: rect_problem
-- good: up
-- by: unit = unit; campaign = campaign; kind = kind
-- drawing: bars
-- note: 已销号的问题占全部问题 | problems struck off, of all
rows:
SELECT id, unit, campaign, kind, CASE WHEN cancelled_on <> '' THEN 1 ELSE 0 END AS struck FROM record_rect_problem WHERE zone = $1
value:
SELECT round(100.0 * sum(struck) / count(*), 1) FROM rows
