-- title: 实际用时占承诺时限 | Used of promised time
-- unit: %
-- good: down
-- by: unit = unit; month = month
-- drawing: bars
-- note: 已作出决定的办件,实际工作日(不含特别程序)之和除以承诺工作日之和。 | Working days used, special procedures not counted, over those promised.
rows:
SELECT id, number, title, unit, month, used_days, promised_days FROM service_case WHERE zone = $1 AND used_days IS NOT NULL
value:
SELECT round(100.0 * sum(used_days) / sum(promised_days), 1) FROM rows
