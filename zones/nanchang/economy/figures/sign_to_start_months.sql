-- title: 签约到开工(月) | From signing to start (months)
-- unit: 个月 | months
-- of: project
-- good: down
-- by: project = number : project; kind = kind
-- drawing: table
-- note: 已开工项目的平均值,按半月取整 | average of the projects that have started, to half a month
rows:
SELECT id, number, kind, sign_to_start_days AS days FROM record_project WHERE zone = $1 AND sign_to_start_days IS NOT NULL
value:
SELECT round(2.0 * avg(days) / 30.4375) / 2 FROM rows
