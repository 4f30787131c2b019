-- title: 收到诉求 | Requests received
-- unit: 件 | cases
-- by: unit = unit; month = month; topic = topic; channel = channel
-- drawing: line
-- note: 按收件月份统计,含已撤回和已合并的 | By month of receipt; withdrawn and merged ones included
rows:
SELECT id, unit, month, topic, channel
FROM case_report
WHERE zone = $1 AND kind = 'request'
value:
SELECT count(*) FROM rows
