-- title: 占年度计划投资 | Of the year's planned investment
-- unit: %
-- of: year_plan
-- good: up
-- target: 100
-- by: year = year
-- drawing: bars
-- note: 当年完成投资与年度计划之比 | done in the year against the year's plan
rows:
SELECT y.id AS id, y.year AS year, y.planned AS planned, coalesce((SELECT sum(i.done) FROM record_investment i WHERE i.zone = y.zone AND i.project = y.project AND substr(i.month, 1, 4) = CAST(y.year AS TEXT)), 0) AS done FROM record_year_plan y JOIN record_project p ON p.zone = y.zone AND p.number = y.project WHERE y.zone = $1 AND p.provincial = 1
value:
SELECT round(100.0 * sum(done) / sum(planned), 1) FROM rows
