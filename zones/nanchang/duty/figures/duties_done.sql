-- title: 值守完成次数 | Duties done
-- unit: 次 | times
-- of: duty_done
-- by: day = day; unit = unit
-- drawing: bars
-- note: 值守记录数 | records of duties done
rows:
SELECT d.id AS id, d.done_on AS day, i.unit AS unit, d.passed AS passed FROM record_duty_done d JOIN record_duty_item i ON i.zone = d.zone AND i.number = d.duty WHERE d.zone = $1
value:
SELECT count(*) FROM rows
