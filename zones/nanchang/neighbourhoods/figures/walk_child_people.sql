-- title: 6岁以下儿童步行可达托幼点的占比 | Children under 6 within a walk of a nursery
-- unit: % | %
-- of: community
-- good: up
-- by: neighbourhood = neighbourhood; kind = kind; reached = reached
-- drawing: bars
-- note: 在规定步行时间内能走到托幼点的6岁以下儿童,占登记了人数的小区中的全部6岁以下儿童;沿街道计算,与“步行可达”页一致 | of those in estates that say how many there are; along the streets, as on the page "Within a walk"
rows:
SELECT c.id, c.neighbourhood, c.kind, c.children AS people, CASE WHEN w.covered = 1 THEN '步行可达 within a walk' ELSE '走不到 beyond' END AS reached, round(w.metres) AS metres FROM record_community c LEFT JOIN walk_report w ON w.id = c.id AND w.page = 'walk' AND w.kind = 'child' WHERE c.zone = $1 AND c.place_lon IS NOT NULL AND c.children IS NOT NULL
value:
SELECT round(100.0 * sum(CASE WHEN reached LIKE '步行可达%' THEN people ELSE 0 END) / sum(people), 1) FROM rows
