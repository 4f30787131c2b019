-- title: 签约项目 | Signings
-- unit: 个 | signings
-- of: signing
-- good: up
-- by: month = month; chain = chain
-- drawing: bars
-- note: 按签约月份 | by the month of signing
rows:
SELECT id, substr(signed_on, 1, 7) AS month, chain FROM record_signing WHERE zone = $1
value:
SELECT count(*) FROM rows
