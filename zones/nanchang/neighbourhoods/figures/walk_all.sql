-- title: 步行可达“1+5”的住户占比 | Households within a walk of all of 1+5
-- unit: % | %
-- of: community
-- good: up
-- target: 80
-- by: neighbourhood = neighbourhood; kind = kind
-- drawing: bars
-- note: 党群、文体、托幼、卫生、养老、商业六类服务点都在规定步行时间内的住户,占全部在册住户;沿街道计算,与“步行可达”页一致 | households that reach all six kinds within the minutes of the page "Within a walk", along the streets, among all on record
rows:
SELECT c.id, c.neighbourhood, c.kind, c.households, (SELECT min(w.covered) FROM walk_report w WHERE w.page = 'walk' AND w.id = c.id AND w.kind IN ('party', 'culture', 'child', 'health', 'elder', 'shop')) AS reached FROM record_community c WHERE c.zone = $1
value:
SELECT round(100.0 * sum(CASE WHEN reached = 1 THEN households ELSE 0 END) / sum(households), 1) FROM rows
