-- title: 历史办件按时办结率 | Imported cases: on-time rate
-- unit: %
-- good: up
-- by: kind = kind; source = source; topic = topic; unit = unit; month = month
-- drawing: bars
-- note: 有期限且已办结的办件中,按期办结的占比 | Of the cases with a deadline and an end, the share closed in time
rows:
SELECT id, kind, source, topic, unit, month, on_time
FROM case_report
WHERE zone = $1 AND source <> '' AND on_time IS NOT NULL
value:
SELECT round(100.0 * sum(on_time) / count(*), 1) FROM rows
