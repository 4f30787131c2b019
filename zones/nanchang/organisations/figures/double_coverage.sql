-- title: 双覆盖率 | Covered twice
-- unit: % | %
-- of: org_coverage
-- good: up
-- target: 90
-- by: reason = reason
-- drawing: number
-- note: 组织覆盖且工作覆盖的两新单位占台账全部 | enterprises with both an organisation and an instructor, of all on the ledger
rows:
SELECT id, coverage, reason FROM record_org_coverage WHERE zone = $1
value:
SELECT round(100.0 * count(CASE WHEN coverage = 'double' THEN 1 END) / count(*), 1) FROM rows
