/*
 * Tables of funds. Sums are kept beside the entries (fund_balance, fund_commitment) so that nothing
 * is added up to know what is left; the checks say in the database's own words what must never be.
 * fund_check.c adds up all entries and compares.
 *
 * fund_report (a row a fund) and fund_entry_report (a row an entry, its amount in the column of what
 * it changed) are for figures. Amounts there are fen; `month` is the month of account.
 *
 * A step that has been released is never changed: add the next one.
 */
#include "zone/fund_table.h"

static const char ledger[] =
    "CREATE TABLE fund_balance (zone TEXT NOT NULL, fund TEXT NOT NULL, name TEXT NOT NULL,"
    " seq BIGINT NOT NULL, source BIGINT NOT NULL CHECK (source <= 0),"
    " available BIGINT NOT NULL CHECK (available >= 0),"
    " committed BIGINT NOT NULL CHECK (committed >= 0),"
    " transit BIGINT NOT NULL CHECK (transit >= 0), paid BIGINT NOT NULL CHECK (paid >= 0),"
    " recovered BIGINT NOT NULL CHECK (recovered >= 0),"
    " CHECK (source + available + committed + transit + paid + recovered = 0),"
    " PRIMARY KEY (zone, fund)){clustered};"
    "CREATE TABLE fund_commitment (zone TEXT NOT NULL, id BIGINT NOT NULL, fund TEXT NOT NULL,"
    " at BIGINT NOT NULL, payee TEXT NOT NULL, payee_name TEXT NOT NULL, reason TEXT NOT NULL,"
    " basis TEXT NOT NULL, ref_kind TEXT NOT NULL, ref_id BIGINT NOT NULL, ref_label TEXT NOT"
    " NULL, key TEXT NOT NULL, fen BIGINT NOT NULL CHECK (fen > 0),"
    " committed BIGINT NOT NULL CHECK (committed >= 0),"
    " held BIGINT NOT NULL CHECK (held >= 0 AND held <= committed),"
    " transit BIGINT NOT NULL CHECK (transit >= 0), paid BIGINT NOT NULL CHECK (paid >= 0),"
    " recovered BIGINT NOT NULL CHECK (recovered >= 0), PRIMARY KEY (zone, id));"
    "CREATE INDEX fund_commitment_fund ON fund_commitment (zone, fund, id);"
    "CREATE INDEX fund_commitment_payable ON fund_commitment (zone, fund, id) WHERE committed > held;"
    "CREATE INDEX fund_commitment_payee ON fund_commitment (zone, payee, id);"
    "CREATE INDEX fund_commitment_ref ON fund_commitment (zone, ref_id, id) WHERE ref_id <> 0;"
    "CREATE UNIQUE INDEX fund_commitment_key ON fund_commitment (zone, fund, key) WHERE key <> '';"
    "CREATE TABLE fund_entry (zone TEXT NOT NULL, id BIGINT NOT NULL, fund TEXT NOT NULL,"
    " seq BIGINT NOT NULL, at BIGINT NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL,"
    " from_account TEXT NOT NULL, to_account TEXT NOT NULL CHECK (to_account <> from_account),"
    " fen BIGINT NOT NULL CHECK (fen > 0), commitment BIGINT NOT NULL, batch BIGINT NOT NULL,"
    " line BIGINT NOT NULL, reverses BIGINT NOT NULL, document TEXT NOT NULL, basis TEXT NOT NULL,"
    " reason TEXT NOT NULL, ref_kind TEXT NOT NULL, ref_id BIGINT NOT NULL, ref_label TEXT NOT"
    " NULL, actor TEXT NOT NULL, actor_name TEXT NOT NULL, key TEXT NOT NULL, event BIGINT NOT"
    " NULL, PRIMARY KEY (zone, id));"
    "CREATE UNIQUE INDEX fund_entry_seq ON fund_entry (zone, fund, seq);"
    "CREATE UNIQUE INDEX fund_entry_reverses ON fund_entry (zone, reverses) WHERE reverses <> 0;"
    "CREATE UNIQUE INDEX fund_entry_key ON fund_entry (zone, fund, key) WHERE key <> '';"
    "CREATE INDEX fund_entry_commitment ON fund_entry (zone, commitment, id) WHERE commitment <> 0;"
    "CREATE INDEX fund_entry_batch ON fund_entry (zone, batch, id) WHERE batch <> 0;"
    "CREATE INDEX fund_entry_day ON fund_entry (zone, fund, day, id);";

/* state of a batch: draft, submitted, approved, answered, reconciled, cancelled; of a line: waiting,
 * sent, paid, bounced. Whoever made a batch cannot have approved it. */
static const char batches[] =
    "CREATE TABLE fund_batch (zone TEXT NOT NULL, id BIGINT NOT NULL, number TEXT NOT NULL,"
    " fund TEXT NOT NULL, title TEXT NOT NULL, state TEXT NOT NULL, lines BIGINT NOT NULL,"
    " fen BIGINT NOT NULL, made_at BIGINT NOT NULL, made_by BIGINT NOT NULL, made_by_name TEXT NOT"
    " NULL, submitted_at BIGINT NOT NULL, submitted_by BIGINT NOT NULL, submitted_by_name TEXT NOT"
    " NULL, refused_reason TEXT NOT NULL, approved_at BIGINT NOT NULL, approved_by BIGINT NOT NULL,"
    " approved_by_name TEXT NOT NULL, digest TEXT NOT NULL, paid_lines BIGINT NOT NULL,"
    " paid_fen BIGINT NOT NULL, bounced_lines BIGINT NOT NULL, bounced_fen BIGINT NOT NULL,"
    " answered_at BIGINT NOT NULL, reconciled_at BIGINT NOT NULL, reconciled_by_name TEXT NOT NULL,"
    " CHECK (approved_by = 0 OR (approved_by <> made_by AND approved_by <> submitted_by)),"
    " PRIMARY KEY (zone, id));"
    "CREATE UNIQUE INDEX fund_batch_number ON fund_batch (zone, number);"
    "CREATE INDEX fund_batch_state ON fund_batch (zone, state, id);"
    "CREATE INDEX fund_batch_fund ON fund_batch (zone, fund, id);"
    "CREATE TABLE fund_line (zone TEXT NOT NULL, id BIGINT NOT NULL, batch BIGINT NOT NULL,"
    " ord BIGINT NOT NULL, commitment BIGINT NOT NULL, fen BIGINT NOT NULL CHECK (fen > 0),"
    " payee TEXT NOT NULL, payee_name TEXT NOT NULL, holder TEXT NOT NULL, bank TEXT NOT NULL,"
    " account TEXT NOT NULL, purpose TEXT NOT NULL, added_by BIGINT NOT NULL, state TEXT NOT NULL,"
    " bank_ref TEXT NOT NULL, answer TEXT NOT NULL, answered_at BIGINT NOT NULL,"
    " PRIMARY KEY (zone, id));"
    "CREATE UNIQUE INDEX fund_line_batch ON fund_line (zone, batch, commitment);"
    "CREATE INDEX fund_line_commitment ON fund_line (zone, commitment, id);"
    "CREATE TABLE fund_file (zone TEXT NOT NULL, id BIGINT NOT NULL, batch BIGINT NOT NULL,"
    " what TEXT NOT NULL, name TEXT NOT NULL, at BIGINT NOT NULL, actor_name TEXT NOT NULL,"
    " digest TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (zone, id));"
    "CREATE UNIQUE INDEX fund_file_batch ON fund_file (zone, batch, digest);";

/* One row a closing of a day; upto holds, as JSON, the last entry and the sums of each fund. */
static const char closings[] =
    "CREATE TABLE fund_closing (zone TEXT NOT NULL, id BIGINT NOT NULL, day TEXT NOT NULL,"
    " at BIGINT NOT NULL, actor TEXT NOT NULL, actor_name TEXT NOT NULL, ok BIGINT NOT NULL,"
    " entries BIGINT NOT NULL, faults BIGINT NOT NULL, upto TEXT NOT NULL, found TEXT NOT NULL,"
    " event BIGINT NOT NULL, PRIMARY KEY (zone, id));"
    "CREATE UNIQUE INDEX fund_closing_day ON fund_closing (zone, day) WHERE ok = 1;";

static const char reports[] =
    "CREATE VIEW fund_report AS SELECT zone, fund AS id, fund, name, -source AS budget, available,"
    " committed + transit AS committed, paid, recovered, seq AS entries FROM fund_balance"
    " WHERE zone = {zone};"
    "CREATE VIEW fund_entry_report AS SELECT e.zone AS zone, e.id AS id, e.fund AS fund,"
    " b.name AS name, e.day AS day, substr(e.day, 1, 7) AS month, e.kind AS kind, e.fen AS fen,"
    " CASE WHEN e.from_account = 'source' THEN e.fen WHEN e.to_account = 'source' THEN -e.fen ELSE 0"
    " END AS budget,"
    " CASE WHEN e.to_account IN ('committed', 'transit') THEN e.fen ELSE 0 END"
    " - CASE WHEN e.from_account IN ('committed', 'transit') THEN e.fen ELSE 0 END AS committed,"
    " CASE WHEN e.to_account = 'paid' THEN e.fen WHEN e.from_account = 'paid' THEN -e.fen ELSE 0"
    " END AS paid,"
    " CASE WHEN e.to_account = 'recovered' THEN e.fen WHEN e.from_account = 'recovered' THEN -e.fen"
    " ELSE 0 END AS recovered,"
    " CASE WHEN e.to_account = 'available' THEN e.fen WHEN e.from_account = 'available' THEN -e.fen"
    " ELSE 0 END AS available FROM fund_entry e JOIN fund_balance b ON b.zone = e.zone AND"
    " b.fund = e.fund WHERE e.zone = {zone};";

const struct store_migration fund_migrations[] = {
    { 1, "balances, commitments, entries", ledger },
    { 2, "batches and files", batches },
    { 3, "closings", closings },
    { 4, "views for reports", reports },
};
const size_t fund_migration_count = sizeof fund_migrations / sizeof *fund_migrations;
