-- title: 开工比计划提前(月) | Start ahead of plan (months)
-- unit: 个月 | months
-- of: project
-- good: up
-- by: project = number : project; kind = kind
-- drawing: table
-- note: 平均值,按半月取整 | average, to half a month
rows:
SELECT id, number, kind, start_ahead_days AS days FROM record_project WHERE zone = $1 AND start_ahead_days IS NOT NULL
value:
SELECT round(2.0 * avg(days) / 30.4375) / 2 FROM rows
