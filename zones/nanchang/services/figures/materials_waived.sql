-- title: 材料免提交率 | Papers done without
-- unit: %
-- good: up
-- by: unit = unit; theme = theme
-- drawing: bars
-- note: 目录所列材料中不必提交(取消、共享、承诺、核查)的比例。 | Share of the papers listed that need not be handed in.
-- columns: code = 事项代码 | Code; name = 事项 | Item; unit = 实施单位 | Unit : unit; theme = 主题 | Theme : topic; materials = 材料(份) | Papers; materials_held = 免提交(份) | Not asked
rows:
SELECT id, code, name, unit, theme, materials, materials_held FROM service_item WHERE zone = $1 AND materials > 0
value:
SELECT round(100.0 * sum(materials_held) / sum(materials), 1) FROM rows
