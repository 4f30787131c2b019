-- title: 有效电子证照 | Licences that are valid
-- unit: 份 | licences
-- good: up
-- by: type = type : licence_type; unit = unit; month = month
-- drawing: bars
-- note: 状态为有效的最新版本 | newest versions whose state is valid
rows:
SELECT id, type, unit, month FROM licence_report WHERE zone = $1 AND status = 'valid' AND newest = 1
value:
SELECT count(*) FROM rows
