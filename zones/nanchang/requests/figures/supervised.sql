-- title: 被督办诉求 | Requests supervised
-- unit: 件 | cases
-- good: down
-- by: unit = unit; month = month; topic = topic; channel = channel
-- drawing: bars
-- note: 领导或纪检监察督办过的诉求 | Requests that leaders or inspectors have supervised
rows:
SELECT id, unit, month, topic, channel
FROM case_report
WHERE zone = $1 AND kind = 'request'
  AND supervised > 0
value:
SELECT count(*) FROM rows
