-- title: 增速在同类地区中的位次 | Rank of growth among peers
-- unit: 位 | place
-- of: peer_growth
-- good: down
-- by: month = month
-- drawing: number
-- note: 本区1月至该月累计增速与各地比较,比本区快的地区数加一 | growth from January to the month against the peers': those ahead, and one
rows:
SELECT p.id AS id, p.month AS month, p.growth AS growth, (SELECT round(100.0 * sum(r.added_comparable) / sum(b.added) - 100, 1) FROM record_monthly_report r JOIN record_monthly_report b ON b.zone = r.zone AND b.reporter = r.reporter AND b.month = (CAST(substr(r.month, 1, 4) AS INTEGER) - 1) || substr(r.month, 5) WHERE r.zone = p.zone AND r.month <= p.month AND r.month >= substr(p.month, 1, 4) || '-01' AND b.added > 0) AS own FROM record_peer_growth p WHERE p.zone = $1
value:
SELECT 1 + sum(CASE WHEN growth > own THEN 1 ELSE 0 END) FROM rows
