-- title: 未到位物资 | Supplies not yet met
-- unit: 项 | items
-- of: duty_supply
-- good: down
-- by: unit = unit; what = what
-- drawing: bars
-- note: 已提出、尚未到位 | asked for and not yet met
rows:
SELECT s.id AS id, t.unit AS unit, s.what AS what FROM record_duty_supply s JOIN record_duty_team t ON t.zone = s.zone AND t.number = s.team WHERE s.zone = $1 AND s.met_on = ''
value:
SELECT count(*) FROM rows
