-- title: 解决率 | Solved rate
-- unit: %
-- good: up
-- target: 90
-- by: unit = unit; month = month; topic = topic; channel = channel
-- drawing: bars
-- note: 已办结的诉求中,企业没有给出差评、也没有要求重新办理的占比 | Of the requests closed, the share without a bad rating and not reopened
rows:
SELECT id, unit, month, topic, channel, CASE WHEN reopened > 0 OR rating <= 2 THEN 0 ELSE 1 END AS solved
FROM case_report
WHERE zone = $1 AND kind = 'request'
  AND status = 'closed'
value:
SELECT round(100.0 * sum(solved) / count(*), 1) FROM rows
