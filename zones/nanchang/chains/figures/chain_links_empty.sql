-- title: 空白环节 | Links without an enterprise
-- unit: 个 | links
-- of: chain_link
-- good: down
-- by: chain = chain; stage = stage
-- drawing: bars
-- note: 图谱上没有区内企业的环节 | links of the map on which no enterprise of the zone stands
rows:
SELECT l.id AS id, l.chain AS chain, l.stage AS stage FROM record_chain_link l WHERE l.zone = $1 AND NOT EXISTS (SELECT 1 FROM record_placement p WHERE p.zone = l.zone AND p.link = l.number)
value:
SELECT count(*) FROM rows
