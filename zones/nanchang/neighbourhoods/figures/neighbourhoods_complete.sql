-- title: “1+5”齐全的社区 | Neighbourhoods with all of 1+5
-- unit: 个 | neighbourhoods
-- of: service_place
-- good: up
-- drawing: number
-- note: 党群服务加文体、托幼、卫生、养老、商业五项都有的社区 | neighbourhoods that have the party service and all of culture, nursery, health, meals, shops
rows:
SELECT max(id) AS id, neighbourhood, count(DISTINCT kind) AS kinds FROM record_service_place WHERE zone = $1 AND (closed_on = '' OR closed_on IS NULL) AND kind IN ('party', 'culture', 'child', 'health', 'elder', 'shop') GROUP BY neighbourhood
value:
SELECT count(CASE WHEN kinds = 6 THEN 1 END) FROM rows
