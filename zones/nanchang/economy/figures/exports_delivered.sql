-- title: 出口交货值 | Exports delivered
-- unit: 亿元 | hundred million yuan
-- of: monthly_report
-- good: up
-- by: month = month; division = division : gbt4754; chain = chain : chains; park = park : parks; reporter = reporter
-- drawing: bars
-- note: 规上工业企业填报;上月要到全部单位报齐才计入 | as the enterprises above scale report; last month counts once everybody has reported
rows:
SELECT r.id AS id, r.month AS month, r.reporter AS reporter, e.division AS division, e.chain AS chain, e.park AS park, r.exports AS amount FROM record_monthly_report r JOIN record_reporter e ON e.zone = r.zone AND e.number = r.reporter WHERE r.zone = $1 AND r.exports IS NOT NULL AND (r.month < strftime('%Y-%m', $2 / 1000, 'unixepoch', '+8 hours', 'start of month', '-1 month') OR NOT EXISTS (SELECT 1 FROM record_reporter o WHERE o.zone = r.zone AND o.until = '' AND NOT EXISTS (SELECT 1 FROM record_monthly_report f WHERE f.zone = o.zone AND f.reporter = o.number AND f.month = r.month)))
value:
SELECT round(sum(amount) / 10000000000.0, 2) FROM rows
