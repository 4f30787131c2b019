-- title: 被催办诉求 | Requests urged
-- unit: 件 | cases
-- good: down
-- by: unit = unit; month = month; topic = topic; channel = channel
-- drawing: bars
-- note: 企业催办过的诉求 | Requests that the enterprise has urged
rows:
SELECT id, unit, month, topic, channel
FROM case_report
WHERE zone = $1 AND kind = 'request'
  AND urged > 0
value:
SELECT count(*) FROM rows
