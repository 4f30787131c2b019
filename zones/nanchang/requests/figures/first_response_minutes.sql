-- title: 首次响应时间(平均) | First response (mean)
-- unit: 分钟 | minutes
-- good: down
-- target: 240
-- by: unit = unit; month = month; topic = topic; channel = channel
-- drawing: bars
-- note: 从收件到第一次签收或答复的平均办公时间,不计休息日和下班时间 | Mean office time from receipt to the first signing or answer; nights and days off are not counted
rows:
SELECT id, unit, month, topic, channel, first_response_minutes
FROM case_report
WHERE zone = $1 AND kind = 'request'
  AND first_response_minutes IS NOT NULL
value:
SELECT round(avg(1.0 * first_response_minutes), 0) FROM rows
