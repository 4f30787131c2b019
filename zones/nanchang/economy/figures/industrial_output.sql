-- title: 规上工业总产值 | Industrial output
-- unit: 亿元 | hundred million yuan
-- of: monthly_report
-- good: up
-- by: month = month; division = division : gbt4754; chain = chain : chains; park = park : parks; reporter = reporter
-- drawing: bars
-- note: 亿元,现价 | at current prices
rows:
SELECT r.id AS id, r.month AS month, r.reporter AS reporter, e.division AS division, e.chain AS chain, e.park AS park, r.output AS amount FROM record_monthly_report r JOIN record_reporter e ON e.zone = r.zone AND e.number = r.reporter WHERE r.zone = $1 AND r.output IS NOT NULL
value:
SELECT round(sum(amount) / 10000000000.0, 2) FROM rows
