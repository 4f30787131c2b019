-- title: 区外采购额 | Bought outside
-- unit: 亿元 | hundred million yuan
-- of: supply
-- good: down
-- by: chain = chain : chains; link = link : chain_link; place = place
-- drawing: bars
-- note: 链上企业向区外采购的年金额 | what enterprises on the chains buy outside in a year
rows:
SELECT s.id AS id, l.chain AS chain, s.link AS link, s.place AS place, s.amount AS amount FROM record_supply s JOIN record_chain_link l ON l.zone = s.zone AND l.number = s.link WHERE s.zone = $1 AND s.outside = 1
value:
SELECT round(sum(amount) / 10000000000.0, 2) FROM rows
