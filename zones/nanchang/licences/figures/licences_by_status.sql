-- title: 电子证照状态 | Licences by state
-- unit: 份 | licences
-- by: status = status : licence_status; type = type : licence_type; unit = unit
-- drawing: bars
-- note: 各证照最新版本的状态 | the state of each licence's newest version
rows:
SELECT id, status, type, unit FROM licence_report WHERE zone = $1 AND newest = 1
value:
SELECT count(*) FROM rows
