-- title: 承诺时限占法定时限 | Promised of legal time
-- unit: %
-- good: down
-- by: unit = unit; theme = theme
-- drawing: bars
-- note: 全部事项承诺工作日之和除以法定工作日之和。 | Promised working days over those of the law.
-- columns: code = 事项代码 | Code; name = 事项 | Item; unit = 实施单位 | Unit : unit; theme = 主题 | Theme : topic; legal_days = 法定(工作日) | By law (working days); promised_days = 承诺(工作日) | Promised (working days)
rows:
SELECT id, code, name, unit, theme, legal_days, promised_days FROM service_item WHERE zone = $1
value:
SELECT round(100.0 * sum(promised_days) / sum(legal_days), 1) FROM rows
