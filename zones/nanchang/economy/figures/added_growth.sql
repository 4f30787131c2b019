-- title: 规上工业增加值增速 | Growth of industrial value added
-- unit: %
-- of: monthly_report
-- good: up
-- by: month = month; division = division : gbt4754; chain = chain : chains; park = park : parks; reporter = reporter
-- drawing: line
-- note: 可比价:各单位本期增加值除以出厂价格指数,求和后与同一批单位上年同期的增加值相比 | at comparable prices: value added divided by the producer price index, summed, against the same enterprises' value added in the same months of the year before
rows:
SELECT r.id AS id, r.month AS month, r.reporter AS reporter, e.division AS division, e.chain AS chain, e.park AS park, r.added_comparable AS now, b.added AS base FROM record_monthly_report r JOIN record_reporter e ON e.zone = r.zone AND e.number = r.reporter JOIN record_monthly_report b ON b.zone = r.zone AND b.reporter = r.reporter AND b.month = (CAST(substr(r.month, 1, 4) AS INTEGER) - 1) || substr(r.month, 5) WHERE r.zone = $1 AND b.added > 0
value:
SELECT round(100.0 * sum(now) / sum(base) - 100, 1) FROM rows
