-- title: 超期未办结 | Overdue and open
-- unit: 件 | cases
-- good: down
-- target: 0
-- by: unit = unit; month = month; topic = topic; channel = channel
-- drawing: bars
-- note: 尚未答复、时限已过且没有挂起的诉求 | Requests not answered although their deadline has passed; suspended ones do not count
rows:
SELECT id, unit, month, topic, channel
FROM case_report
WHERE zone = $1 AND kind = 'request'
  AND open = 1
  AND suspended = 0
  AND due_at < $2
value:
SELECT count(*) FROM rows
