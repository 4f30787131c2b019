-- title: 即办件占比 | Done on the spot
-- unit: %
-- good: up
-- by: unit = unit
-- drawing: number
-- note: 即办件占全部事项的比例。 | Share of items done on the spot.
-- columns: code = 事项代码 | Code; name = 事项 | Item; unit = 实施单位 | Unit : unit; on_spot = 即办 | On the spot : yes
rows:
SELECT id, code, name, unit, on_spot FROM service_item WHERE zone = $1
value:
SELECT round(100.0 * sum(on_spot) / count(*), 1) FROM rows
