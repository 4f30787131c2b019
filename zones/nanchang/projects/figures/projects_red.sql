-- title: 红灯项目 | Red projects
-- unit: 个 | projects
-- of: project
-- good: down
-- by: unit = unit; stage = stage
-- drawing: bars
-- note: 最急节点逾期超过30天 | the most urgent milestone is more than 30 days overdue
rows:
SELECT id, unit, stage FROM record_project WHERE zone = $1 AND light = 'red'
value:
SELECT count(*) FROM rows
