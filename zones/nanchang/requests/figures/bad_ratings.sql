-- title: 差评 | Bad ratings
-- unit: 件 | cases
-- good: down
-- by: unit = unit; month = month; topic = topic; channel = channel
-- drawing: bars
-- note: 评价为“不满意”“非常不满意”(1、2分)的诉求 | Requests rated 1 or 2
rows:
SELECT id, unit, month, topic, channel, rating
FROM case_report
WHERE zone = $1 AND kind = 'request'
  AND rating <= 2
value:
SELECT count(*) FROM rows
