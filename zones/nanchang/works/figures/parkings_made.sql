-- title: 新建停车场 | Car parks made
-- unit: 个 | car parks
-- of: work
-- good: up
-- by: neighbourhood = neighbourhood; year = year; unit = unit; month = month
-- drawing: bars
-- note: 已完工的民生工程 | finished works
rows:
SELECT id, neighbourhood, year, unit, substr(finished_on, 1, 7) AS month FROM record_work WHERE zone = $1 AND kind = 'parking' AND finished_on <> ''
value:
SELECT count(*) FROM rows
