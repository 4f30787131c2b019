-- title: 办件材料免提交率 | Papers not asked of applicants
-- unit: %
-- good: up
-- by: unit = unit; month = month
-- drawing: bars
-- note: 办件需要的材料中,由电子证照、承诺、核查代替的比例。 | Of the papers needed, the share had without asking.
rows:
SELECT id, number, title, unit, month, asked, uploaded, held FROM service_case WHERE zone = $1 AND asked > 0
value:
SELECT round(100.0 * sum(held) / sum(asked), 1) FROM rows
