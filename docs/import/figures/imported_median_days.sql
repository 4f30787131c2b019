-- title: 历史办件办理天数(中位数) | Imported cases: days open (median)
-- unit: 天 | days
-- good: down
-- by: kind = kind; source = source; topic = topic; unit = unit; month = month
-- drawing: bars
-- note: 从收件到办结的日历天数,只计已办结的 | Calendar days from receipt to closing, of those that are closed
rows:
SELECT id, kind, source, topic, unit, month, (closed_at - created_at) / 86400000.0 AS days
FROM case_report
WHERE zone = $1 AND source <> '' AND closed_at IS NOT NULL
value:
SELECT round(median(days), 1) FROM rows
