-- title: 修复排水管网 | Drainage repairs
-- unit: 处 | repairs
-- of: work
-- good: up
-- by: neighbourhood = neighbourhood; year = year; unit = unit; month = month
-- drawing: bars
-- note: 已完工的民生工程 | finished works
rows:
SELECT id, neighbourhood, year, unit, substr(finished_on, 1, 7) AS month FROM record_work WHERE zone = $1 AND kind = 'drainage' AND finished_on <> ''
value:
SELECT count(*) FROM rows
