-- title: 工业企业 | Industrial enterprises
-- unit: 家 | enterprises
-- of: enterprise
-- good: up
-- by: chain = chain; park = park; scale = scale
-- drawing: bars
-- note: 登记的企业中行业为采矿、制造、电热燃水(GB/T 4754 门类 B、C、D)的 | enterprises on record whose industry is mining, manufacturing or utilities (sections B, C, D of GB/T 4754)
rows:
SELECT id, chain, park, scale FROM record_enterprise WHERE zone = $1 AND (substr(industry, 1, 2) BETWEEN '06' AND '46' OR industry IN ('B', 'C', 'D'))
value:
SELECT count(*) FROM rows
