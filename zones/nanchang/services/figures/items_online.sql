-- title: 可网上办理的事项 | Items online
-- unit: 项 | items
-- good: up
-- by: unit = unit; theme = theme
-- drawing: number
-- note: 全程网上受理、办理、反馈结果且到现场次数为零的事项。 | Accepted, handled and answered online without coming.
-- columns: code = 事项代码 | Code; name = 事项 | Item; unit = 实施单位 | Unit : unit; theme = 主题 | Theme : topic; on_spot = 即办 | On the spot : yes; legal_days = 法定(工作日) | By law (working days); promised_days = 承诺(工作日) | Promised (working days)
rows:
SELECT id, code, name, unit, theme, on_spot, legal_days, promised_days FROM service_item WHERE zone = $1 AND online = 1
value:
SELECT count(*) FROM rows
