-- title: 证照核验次数 | Verifications of licences
-- unit: 次 | times
-- good: up
-- by: type = type : licence_type; unit = unit
-- drawing: bars
-- note: 累计被扫码、查询、调取的次数 | how often licences were scanned, looked up or fetched
rows:
SELECT id, looks, type, unit FROM licence_report WHERE zone = $1 AND looks > 0
value:
SELECT sum(looks) FROM rows
