-- title: 迁入总部 | Headquarters moved in
-- unit: 家 | companies
-- of: headquarters
-- good: up
-- by: kind = kind; month = month
-- drawing: table
-- note: 按迁入月份 | by the month of moving in
rows:
SELECT id, kind, substr(moved_on, 1, 7) AS month FROM record_headquarters WHERE zone = $1
value:
SELECT count(*) FROM rows
