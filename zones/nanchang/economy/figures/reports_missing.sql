-- title: 上月未报单位 | Not reported for last month
-- unit: 家 | enterprises
-- of: reporter
-- good: down
-- by: division = division; chain = chain; park = park
-- drawing: bars
-- note: 在库单位中没有上月月报的 | enterprises on the list without a report for last month
rows:
SELECT e.id AS id, e.division AS division, e.chain AS chain, e.park AS park FROM record_reporter e WHERE e.zone = $1 AND e.until = '' AND NOT EXISTS (SELECT 1 FROM record_monthly_report r WHERE r.zone = e.zone AND r.reporter = e.number AND r.month = strftime('%Y-%m', $2 / 1000, 'unixepoch', '+8 hours', 'start of month', '-1 month'))
value:
SELECT count(*) FROM rows
