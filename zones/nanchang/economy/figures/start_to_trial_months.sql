-- title: 开工到具备试产条件(月) | From start to trial production (months)
-- unit: 个月 | months
-- of: project
-- good: down
-- by: project = number : project; kind = kind
-- drawing: table
-- note: 平均值,按半月取整 | average, to half a month
rows:
SELECT id, number, kind, start_to_trial_days AS days FROM record_project WHERE zone = $1 AND start_to_trial_days IS NOT NULL
value:
SELECT round(2.0 * avg(days) / 30.4375) / 2 FROM rows
