-- title: 线索签约率 | Leads that were signed
-- unit: %
-- of: lead
-- good: up
-- by: chain = chain; origin = origin; month = month
-- drawing: bars
-- note: 已有结果的线索中签约的比例,按发现月份 | of leads that ended, those signed; by the month in which they were found
rows:
SELECT id, chain, origin, substr(found_on, 1, 7) AS month, CASE WHEN signed_on <> '' THEN 1 ELSE 0 END AS signed FROM record_lead WHERE zone = $1 AND (signed_on <> '' OR lost_on <> '')
value:
SELECT round(100.0 * sum(signed) / count(*), 1) FROM rows
