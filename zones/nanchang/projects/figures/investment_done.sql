-- title: 完成投资 | Investment done
-- unit: 亿元 | hundred million yuan
-- of: investment
-- good: up
-- by: month = month; project = project
-- drawing: line
-- note: 省大中型项目各月完成投资之和 | months' investment of the province's projects
rows:
SELECT i.id AS id, i.month AS month, i.project AS project, i.done AS done FROM record_investment i JOIN record_project p ON p.zone = i.zone AND p.number = i.project WHERE i.zone = $1 AND p.provincial = 1
value:
SELECT round(sum(done) / 10000000000.0, 1) FROM rows
