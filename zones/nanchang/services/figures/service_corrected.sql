-- title: 补正率 | Asked to correct
-- unit: %
-- good: down
-- by: unit = unit; month = month
-- drawing: bars
-- note: 需要补正的办件占比。 | Share of applications that had to be corrected.
rows:
SELECT id, number, title, unit, month, corrections FROM service_case WHERE zone = $1
value:
SELECT round(100.0 * sum(CASE WHEN corrections > 0 THEN 1 ELSE 0 END) / count(*), 1) FROM rows
