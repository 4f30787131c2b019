-- title: 评价率 | Share rated
-- unit: %
-- good: up
-- by: unit = unit; month = month; topic = topic; channel = channel
-- drawing: bars
-- note: 已答复或办结的诉求中,企业作出评价的占比 | Of the requests answered or closed, the share that the enterprise has rated
rows:
SELECT id, unit, month, topic, channel, CASE WHEN rating IS NULL THEN 0 ELSE 1 END AS rated
FROM case_report
WHERE zone = $1 AND kind = 'request'
  AND status IN ('replied', 'closed')
value:
SELECT round(100.0 * sum(rated) / count(*), 1) FROM rows
