-- title: 满意率 | Satisfaction
-- unit: %
-- good: up
-- target: 95
-- by: unit = unit; month = month; topic = topic; channel = channel
-- drawing: bars
-- note: 已评价的诉求中,“满意”和“非常满意”(4、5分)的占比;未评价的不计入 | Of the requests rated, the share rated 4 or 5; those not rated do not count
rows:
SELECT id, unit, month, topic, channel, rating, CASE WHEN rating >= 4 THEN 1 ELSE 0 END AS good
FROM case_report
WHERE zone = $1 AND kind = 'request'
  AND rating IS NOT NULL
value:
SELECT round(100.0 * sum(good) / count(*), 1) FROM rows
