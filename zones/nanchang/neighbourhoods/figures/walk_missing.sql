-- title: 步行可达服务不全的小区 | Estates that lack a service within a walk
-- unit: 个 | estates
-- of: community
-- good: down
-- by: neighbourhood = neighbourhood; kind = kind
-- drawing: number
-- note: “1+5”六类服务中,有一类以上不在规定步行时间内的小区;缺的类数见 missing | estates from which one or more of the six kinds cannot be reached in time
rows:
SELECT c.id, c.neighbourhood, c.kind, c.households, (SELECT 6 - sum(w.covered) FROM walk_report w WHERE w.page = 'walk' AND w.id = c.id AND w.kind IN ('party', 'culture', 'child', 'health', 'elder', 'shop')) AS missing FROM record_community c WHERE c.zone = $1 AND (SELECT min(w.covered) FROM walk_report w WHERE w.page = 'walk' AND w.id = c.id AND w.kind IN ('party', 'culture', 'child', 'health', 'elder', 'shop')) = 0
value:
SELECT count(*) FROM rows
