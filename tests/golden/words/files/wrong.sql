-- title: 错 | wrong
-- unit: 件
-- by: unit = nowhere
rows:
DELETE FROM cases
value:
SELECT count(*) FROM rows
