-- title: 历史办件数 | Imported cases
-- unit: 件 | cases
-- by: kind = kind; source = source; topic = topic; unit = unit; month = month; status = status
-- drawing: bars
-- note: 从其他系统导入的办件 | Cases that came from other systems
rows:
SELECT id, kind, source, topic, unit, month, status
FROM case_report
WHERE zone = $1 AND source <> ''
value:
SELECT count(*) FROM rows
