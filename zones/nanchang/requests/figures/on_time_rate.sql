-- title: 按时办结率 | On-time rate
-- unit: %
-- good: up
-- target: 95
-- by: unit = unit; month = month; topic = topic; channel = channel
-- drawing: bars
-- note: 已答复的诉求中,在承诺期限内答复的占比;按收件月份统计 | Of the requests answered, the share answered within the promised time; by month of receipt
rows:
SELECT id, unit, month, topic, channel, on_time
FROM case_report
WHERE zone = $1 AND kind = 'request'
  AND on_time IS NOT NULL
value:
SELECT round(100.0 * sum(on_time) / count(*), 1) FROM rows
