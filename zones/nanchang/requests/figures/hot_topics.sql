-- title: 热点问题 | Hot topics
-- unit: 件 | cases
-- by: topic = topic; unit = unit; month = month; channel = channel
-- drawing: bars
-- note: 各类别收到的诉求数,不含已撤回和已合并的 | Requests received by topic, without withdrawn and merged ones
rows:
SELECT id, unit, month, topic, channel
FROM case_report
WHERE zone = $1 AND kind = 'request'
  AND status NOT IN ('withdrawn', 'merged')
value:
SELECT count(*) FROM rows
