-- title: 步行可达托幼点的住户占比 | Households within a walk of a nursery
-- unit: % | %
-- of: community
-- good: up
-- by: neighbourhood = neighbourhood; kind = kind; reached = reached
-- drawing: bars
-- note: 在规定步行时间内能走到托幼点的住户,占全部在册住户;沿街道计算,与“步行可达”页一致 | among all households on record, along the streets, as on the page "Within a walk"
rows:
SELECT c.id, c.neighbourhood, c.kind, c.households, CASE WHEN w.covered = 1 THEN '步行可达 within a walk' ELSE '走不到 beyond' END AS reached, round(w.metres) AS metres FROM record_community c LEFT JOIN walk_report w ON w.id = c.id AND w.page = 'walk' AND w.kind = 'child' WHERE c.zone = $1
value:
SELECT round(100.0 * sum(CASE WHEN reached LIKE '步行可达%' THEN households ELSE 0 END) / sum(households), 1) FROM rows
