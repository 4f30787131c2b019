-- title: 特色事项 | Featured items
-- unit: 项 | items
-- by: unit = unit; theme = theme
-- drawing: number
-- note: 移动端经开分厅的特色事项。 | Featured in the mobile hall.
-- columns: code = 事项代码 | Code; name = 事项 | Item; unit = 实施单位 | Unit : unit; theme = 主题 | Theme : topic
rows:
SELECT id, code, name, unit, theme FROM service_item WHERE zone = $1 AND featured = 1
value:
SELECT count(*) FROM rows
