-- title: 在办时长 | Open by age
-- unit: 件 | cases
-- by: age = age : open_age; unit = unit; month = month; topic = topic; channel = channel
-- drawing: bars
-- note: 尚未答复的诉求,按收件以来的自然日分段 | Requests not answered yet, by calendar days since receipt
rows:
SELECT id, unit, month, topic, channel,
  CASE WHEN ($2 - created_at) / 86400000 < 4 THEN '00-03'
    WHEN ($2 - created_at) / 86400000 < 8 THEN '04-07'
    WHEN ($2 - created_at) / 86400000 < 16 THEN '08-15'
    WHEN ($2 - created_at) / 86400000 < 31 THEN '16-30'
    ELSE '31+' END AS age
FROM case_report
WHERE zone = $1 AND kind = 'request'
  AND open = 1
value:
SELECT count(*) FROM rows
