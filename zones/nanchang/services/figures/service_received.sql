-- title: 政务服务办件量 | Applications
-- unit: 件 | cases
-- by: unit = unit; month = month
-- drawing: bars
-- note: 收到的申请。 | Applications received.
rows:
SELECT id, number, title, unit, month FROM service_case WHERE zone = $1
value:
SELECT count(*) FROM rows
