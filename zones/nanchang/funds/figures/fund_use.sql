-- title: 资金执行率 | Share of the budget paid
-- unit: %
-- good: up
-- by: fund = name
-- drawing: bars
-- note: 支付成功的金额占已下达预算的百分比。 | Paid as a share of what was appropriated.
-- columns: name = 资金 | Fund; budget = 预算 | Budget : money; paid = 支付 | Paid : money
rows:
SELECT id, fund, name, budget, CASE WHEN kind = 'recover' THEN 0 ELSE paid END AS paid FROM fund_entry_report WHERE zone = $1 AND (budget <> 0 OR paid <> 0)
value:
SELECT round(100.0 * sum(paid) / nullif(sum(budget), 0), 1) FROM rows
