-- title: 办理时间(平均) | Handling time (mean)
-- unit: 个工作日 | working days
-- good: down
-- by: unit = unit; month = month; topic = topic; channel = channel
-- drawing: bars
-- note: 从收件到答复的平均工作日数 | Mean number of working days from receipt to answer
rows:
SELECT id, unit, month, topic, channel, handling_days
FROM case_report
WHERE zone = $1 AND kind = 'request'
  AND handling_days IS NOT NULL
value:
SELECT round(avg(1.0 * handling_days), 1) FROM rows
