-- title: 签约到开工 | From signing to start
-- unit: 天 | days
-- of: project
-- good: down
-- by: kind = kind; unit = unit
-- drawing: bars
-- note: 已开工项目的中位数 | median of the projects that have started
rows:
SELECT id, kind, unit, sign_to_start_days FROM record_project WHERE zone = $1 AND sign_to_start_days IS NOT NULL
value:
SELECT median(sign_to_start_days) FROM rows
