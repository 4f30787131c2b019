-- title: 政务服务好评率 | Rated good
-- unit: %
-- good: up
-- by: unit = unit; month = month
-- drawing: bars
-- note: 已评价办件中4分、5分的比例;未评价的不计。 | Of those rated, the share rated 4 or 5.
rows:
SELECT id, number, title, unit, month, rating FROM service_case WHERE zone = $1 AND rating IS NOT NULL
value:
SELECT round(100.0 * sum(CASE WHEN rating >= 4 THEN 1 ELSE 0 END) / count(*), 1) FROM rows
