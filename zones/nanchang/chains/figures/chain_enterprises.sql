-- title: 链上企业 | Enterprises on the chains
-- unit: 家 | enterprises
-- of: placement
-- good: up
-- by: chain = chain : chains; link = link : chain_link; stage = stage : chain_stage
-- drawing: bars
-- note: 在产业链图谱上有位置的企业,一家企业在一条链上只算一次 | enterprises with a place on a chain, each counted once a chain
rows:
SELECT p.id AS id, l.chain AS chain, p.link AS link, l.stage AS stage, l.chain || '/' || p.name AS firm FROM record_placement p JOIN record_chain_link l ON l.zone = p.zone AND l.number = p.link WHERE p.zone = $1
value:
SELECT count(DISTINCT firm) FROM rows
