-- title: 无证办理事项 | No-document items
-- unit: 项 | items
-- good: up
-- by: unit = unit
-- drawing: number
-- note: 每一份材料都不必提交的事项。 | Items for which no paper is handed in.
-- columns: code = 事项代码 | Code; name = 事项 | Item; unit = 实施单位 | Unit : unit; materials = 材料(份) | Papers; materials_held = 免提交(份) | Not asked
rows:
SELECT id, code, name, unit, materials, materials_held FROM service_item WHERE zone = $1 AND no_document = 1
value:
SELECT count(*) FROM rows
