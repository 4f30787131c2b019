-- title: 出口整车 | Vehicles exported
-- unit: 台 | vehicles
-- of: export_order
-- good: up
-- by: destination = destination; exporter = exporter
-- drawing: bars
-- note: 出口订单中类别为整车的数量 | quantities of the export orders for vehicles
rows:
SELECT id, destination, exporter, quantity FROM record_export_order WHERE zone = $1 AND kind = 'vehicle' AND quantity IS NOT NULL
value:
SELECT sum(quantity) FROM rows
