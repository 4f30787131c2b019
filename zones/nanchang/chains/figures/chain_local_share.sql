-- title: 本地配套率 | Supplied locally
-- unit: %
-- of: supply
-- good: up
-- by: chain = chain : chains; link = link : chain_link
-- drawing: bars
-- note: 链上企业年采购额中向区内企业采购的部分 | of what enterprises on the chains buy in a year, the part bought in the zone
rows:
SELECT s.id AS id, l.chain AS chain, s.link AS link, s.amount AS amount, CASE WHEN s.outside = 1 THEN 0 ELSE s.amount END AS here FROM record_supply s JOIN record_chain_link l ON l.zone = s.zone AND l.number = s.link WHERE s.zone = $1
value:
SELECT round(100.0 * sum(here) / sum(amount), 1) FROM rows
