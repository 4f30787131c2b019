-- title: 胡子工程 | Long-delayed works
-- unit: 个 | works
-- of: work
-- good: down
-- by: kind = kind; unit = unit; neighbourhood = neighbourhood
-- drawing: bars
-- note: 计划完成日过去一年以上仍未完工 | more than a year after the planned end and not finished
rows:
SELECT id, kind, unit, neighbourhood FROM record_work WHERE zone = $1 AND state = 'long'
value:
SELECT count(*) FROM rows
