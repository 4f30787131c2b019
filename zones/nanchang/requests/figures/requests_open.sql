-- title: 在办诉求 | Requests open
-- unit: 件 | cases
-- by: unit = unit; month = month; topic = topic; channel = channel
-- drawing: bars
-- note: 尚未答复的诉求 | Requests that have not been answered yet
rows:
SELECT id, unit, month, topic, channel
FROM case_report
WHERE zone = $1 AND kind = 'request'
  AND open = 1
value:
SELECT count(*) FROM rows
