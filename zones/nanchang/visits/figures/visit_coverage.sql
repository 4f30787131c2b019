-- title: 走访覆盖率 | Coverage of visits
-- unit: % | %
-- of: visit
-- good: up
-- target: 100
-- by: campaign = campaign; unit = unit
-- drawing: bars
-- note: 名单上已走访企业的比例 | share of the list that was visited
rows:
SELECT v.id AS id, v.campaign AS campaign, v.unit AS unit, v.notes > 0 AS visited FROM record_visit v WHERE v.zone = $1
value:
SELECT round(100.0 * sum(visited) / count(*), 1) FROM rows
