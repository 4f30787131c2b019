-- title: 重新办理率 | Reopened rate
-- unit: %
-- good: down
-- by: unit = unit; month = month; topic = topic; channel = channel
-- drawing: bars
-- note: 已办结的诉求中,曾重新办理的占比 | Of the requests closed, the share that was reopened
rows:
SELECT id, unit, month, topic, channel, CASE WHEN reopened > 0 THEN 1 ELSE 0 END AS again
FROM case_report
WHERE zone = $1 AND kind = 'request'
  AND status = 'closed'
value:
SELECT round(100.0 * sum(again) / count(*), 1) FROM rows
