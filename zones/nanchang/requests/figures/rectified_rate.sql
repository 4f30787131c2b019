-- title: 差评整改率 | Bad ratings put right
-- unit: %
-- good: up
-- target: 100
-- by: unit = unit; month = month; topic = topic; channel = channel
-- drawing: bars
-- note: 差评或重新办理的诉求中,已再次答复并办结的占比 | Of the requests rated badly or reopened, the share that has been answered again and closed
rows:
SELECT id, unit, month, topic, channel, CASE WHEN status = 'closed' THEN 1 ELSE 0 END AS rectified
FROM case_report
WHERE zone = $1 AND kind = 'request'
  AND (rating <= 2 OR reopened > 0)
value:
SELECT round(100.0 * sum(rectified) / count(*), 1) FROM rows
