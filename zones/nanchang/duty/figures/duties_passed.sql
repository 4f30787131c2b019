-- title: 检查合格率 | Checks passed
-- unit: % | %
-- of: duty_done
-- good: up
-- by: unit = unit
-- drawing: bars
-- note: 合格次数与完成次数之比 | passed of all that were done
rows:
SELECT d.id AS id, i.unit AS unit, d.passed AS passed FROM record_duty_done d JOIN record_duty_item i ON i.zone = d.zone AND i.number = d.duty WHERE d.zone = $1
value:
SELECT round(100.0 * sum(passed) / count(*), 1) FROM rows
